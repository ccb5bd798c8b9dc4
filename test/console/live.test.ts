import type { Page } from 'playwright-core'
import { beforeAll, describe, expect } from 'vitest'
import { newUser } from '../factories/scim-api.ts'
import { withConsole } from './with-console.ts'

const { test, open, scim, idOf } = await withConsole()

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

/** How many events the list begins with. */
const MANY = 330
const named = (from: number, count: number) => Array.from({ length: count }, (_, i) => `user${from + i}@example.com`)

async function create(names: readonly string[]): Promise<void> {
  const Operations = names.map((userName, i) => ({
    ...{ method: 'POST', path: '/Users', bulkId: `b${i}`, data: newUser(userName) },
  }))
  expect((await scim('POST', '/Bulk', { schemas: [BULK_REQUEST], Operations })).status).toBe(200)
}

beforeAll(async () => {
  for (let from = 0; from < MANY; from += 55) await create(named(from, 55))
}, 120_000)

/** Scrolls until a row far down is in the window, and gives its name and where it stands. */
async function scrollFarDown(page: Page): Promise<{ name: string; top: () => Promise<number> }> {
  await page.locator('article').first().waitFor()
  await page.mouse.move(640, 700)
  await page.waitForFunction(() => {
    scrollBy(0, 400)
    return scrollY > 9000
  })
  const row = page.locator('article', { has: page.locator('.event-row') })
  const names = await row.evaluateAll((all) =>
    all
      .filter((one) => one.getBoundingClientRect().top > 200)
      .map((one) => one.querySelector('.sentence')?.textContent ?? ''),
  )
  const [name = ''] = names
  const top = async () => (await page.locator('article', { hasText: name }).first().boundingBox())?.y ?? Number.NaN
  return { name, top }
}

describe('following live', () => {
  test('what comes while one reads further down moves nothing: the pill and the title count it', async () => {
    // What the console itself asks is in the list, and no news.
    const { page, problems } = await open('/')
    const { top } = await scrollFarDown(page)
    const before = await top()
    for (const name of named(1000, 3)) await scim('POST', '/Users', newUser(name))
    await page.getByRole('button', { name: '3 new', exact: true }).waitFor()
    expect({ title: await page.title(), moved: (await top()) - before }).toEqual({
      ...{ title: '(3) Timeline · Rolecall', moved: 0 },
    })
    await page.getByRole('button', { name: '3 new', exact: true }).click()
    await page.getByText('Okta created user user1002@example.com').waitFor()
    expect([await page.evaluate(() => scrollY), await page.title()]).toEqual([0, 'Timeline · Rolecall'])
    await scim('POST', '/Users', newUser('slides@example.com'))
    await page.getByText('Okta created user slides@example.com').waitFor()
    expect({ pills: await page.locator('.pill').count(), problems }).toEqual({ pills: 0, problems: [] })
  })

  test('Back finds the place and the event that was open', async () => {
    const { page } = await open('/')
    const { name, top } = await scrollFarDown(page)
    await page.locator('article', { hasText: name }).first().locator('.event-row').click()
    await page.locator('.detail').waitFor()
    await page.waitForURL(/open=/)
    const before = { at: await top(), url: page.url() }
    // By the page itself: the driver would scroll there first.
    await page
      .locator('.detail')
      .getByRole('link', { name: /History of/ })
      .evaluate((link: HTMLElement) => link.click())
    await page.waitForURL(/\/users\//)
    await page.goBack()
    await page.locator('.detail').waitFor()
    expect(page.url()).toBe(before.url)
    expect(Math.abs((await top()) - before.at)).toBeLessThan(2)
  })
})

test('a link asks a history anew: what was done since is in it', async () => {
  const [name = ''] = named(7, 1)
  const { page } = await open(`/users/${await idOf(name)}`)
  const history = page.getByRole('region', { name: 'History' })
  await history.getByText('Okta created user').waitFor()
  await page.getByRole('link', { name: 'Timeline', exact: true }).first().click()
  const Operations = [{ op: 'replace', path: 'title', value: 'Pilot' }]
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
  expect((await scim('PATCH', `/Users/${await idOf(name)}`, { schemas, Operations })).status).toBe(200)
  await page
    .locator('.sentence', { hasText: `changed title of ${name}` })
    .getByRole('link')
    .click()
  await history.getByText('Okta changed title of user7').waitFor()
})

describe('narrowing', () => {
  const range = (page: Page) => {
    const { searchParams } = new URL(page.url())
    const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''))
    return { from, to } as { from: number; to: number }
  }

  test('a drag over the chart, and arrows on it, choose from and to in the address; Back takes them away', async () => {
    const { page } = await open('/')
    const plot = page.locator('.plot .u-over')
    await plot.waitFor()
    const box = await plot.boundingBox()
    if (!box) throw new Error('no chart')
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width * 0.75, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 4 })
    await page.mouse.move(box.x + box.width - 1, y, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/from=.*to=/)
    const dragged = range(page)
    expect(dragged.to - dragged.from).toBeGreaterThan(5 * 3_600_000)
    expect(dragged.to - dragged.from).toBeLessThan(7 * 3_600_000)
    await page.goBack()
    await page.waitForURL((url) => !url.searchParams.has('from'))
    await page.locator('.plot .u-over').waitFor()
    await page.locator('.plot').focus()
    for (const key of ['End', 'Shift+ArrowLeft', 'Enter']) await page.keyboard.press(key)
    await page.waitForURL(/from=.*to=/)
    const picked = range(page)
    expect((picked.to - picked.from) % 60_000).toBe(0)
    await page.getByRole('button', { name: 'Back to 24 hours' }).click()
    await page.waitForURL((url) => !url.searchParams.has('from'))
  })

  test('a click on a value shows only what has it, with Alt all but that', async () => {
    const { page } = await open('/')
    await page.locator('article').first().waitFor()
    const status = page.locator('article', { hasText: 'Okta created user' }).locator('.by-value.status').first()
    await status.click()
    await page.waitForURL(/status=201/)
    await page.goBack()
    await page.waitForURL((url) => !url.searchParams.has('status'))
    await status.click({ modifiers: ['Alt'] })
    await page.waitForURL(/status=(!|%21)201/)
    await page.getByText('Status is not').waitFor()
  })

  test('an operation of a Bulk leads to all of its request', async () => {
    await create(['first@bulk.example', 'second@bulk.example', 'third@bulk.example'])
    const { page } = await open('/')
    await page.getByText('Okta created user second@bulk.example').click()
    await page.getByRole('link', { name: 'All of this request' }).click()
    await page.waitForURL(/request=/)
    await page.getByText('Nothing older in this range.').waitFor()
    const told = await page.locator('.event-row .sentence').allInnerTexts()
    expect(told).toEqual([
      'Okta created user third@bulk.example, part of a request of 3',
      'Okta created user second@bulk.example, part of a request of 3',
      'Okta created user first@bulk.example, part of a request of 3',
      'Okta sent 3 operations in one request: 3 done; each operation has its own sentence',
    ])
  })
})
