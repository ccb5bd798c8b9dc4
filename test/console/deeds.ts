import type { Page } from 'playwright-core'
import { fill } from './with-console.ts'

/** Something an administrator does on a page, and what is then so. */
export interface Deed {
  /** The part of the page where it is done, as a selector. */
  within?: string
  /** Buttons, one after the other; the last opens the dialog. */
  press: readonly string[]
  /** Fields of the dialog, by what their labels begin with. */
  fields?: Readonly<Record<string, string>>
  /** What the dialog is called, and its button. */
  confirm: string
  /** How many objects are changed; more than one is typed. */
  count?: number
  /** The command that does the same, words behind `rolecall`; ids read ID. */
  command: string
  /** What its events say; a day at the end reads DAY. */
  told: string
  /** Asks the service for what is changed. */
  asks: () => Promise<unknown>
  /** What it answers then. */
  becomes: unknown
}

/** What was seen while something was done. */
interface Seen extends Pick<Deed, 'command' | 'told'> {
  confirm: string
  /** Whether the dry run left everything as it was. */
  isDry: boolean
  after: unknown
}

/** What should be seen of each deed. */
export const expectedOf = ({ confirm, command, told, becomes }: Deed): Seen => ({
  ...{ confirm, command, told },
  ...{ isDry: true, after: becomes },
})

/** Does one after the other as a person would: reads what it will do, confirms, reads what was done. */
export async function carryOut(page: Page, deeds: readonly Deed[]): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const deed of deeds) seen.push(await carryOutOne(page, deed))
  return seen
}

async function carryOutOne(page: Page, deed: Deed): Promise<Seen> {
  const { within = 'main', press, fields = {}, confirm, count = 1, asks } = deed
  const before = await asks()
  for (const name of press) await page.locator(within).getByRole('button', { name, exact: true }).first().click()
  const dialog = page.getByRole('dialog', { name: confirm })
  const box = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields)) await fill(box.getByLabel(new RegExp(`^${label}`)), value)
  const button = dialog.getByRole('button', { name: confirm, exact: true })
  await dialog.getByText('It will do this:').waitFor()
  await typeCount(page, count)
  const command = await dialog.locator('.command code').innerText()
  const isDry = JSON.stringify(await asks()) === JSON.stringify(before)
  await button.click()
  await dialog.getByText(/^Done/).waitFor()
  await dialog.locator('.done-line').first().waitFor()
  const told = await dialog.locator('.done-line').allInnerTexts()
  const after = await asks()
  // A token that nobody saw is not left without a question.
  const show = dialog.getByRole('button', { name: 'Show', exact: true })
  if ((await show.count()) > 0) await show.click()
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  // The menu that it was chosen from is open still.
  await page.keyboard.press('Escape')
  return {
    ...{ confirm, isDry, after },
    command: command.replace('./rolecall ', '').replace(/\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|\w{22})\b/g, 'ID'),
    told: told.map((line) => line.replace(/ See the event$/, '').replace(/\d{1,2} \w{3}( \d{4})?$/, 'DAY')).join(' · '),
  }
}

/** Where it is more than one, the dialog waits until the number is typed. */
async function typeCount(page: Page, count: number): Promise<void> {
  if (count < 2) return
  const field = page.getByLabel(`Type ${count} to confirm how many are changed`)
  await field.fill(String(count + 1))
  await page.locator('dialog button[type=submit]:disabled').waitFor()
  await field.fill(String(count))
}
