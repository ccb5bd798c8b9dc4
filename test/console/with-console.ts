import type { Locator, Page } from 'playwright-core'
import { askUpstream } from '../../console/server/upstream.ts'
import { withSystem } from '../factories/system.ts'
import { withBrowser } from './browser.ts'

type Options = Parameters<Awaited<ReturnType<typeof withBrowser>>['browser']['open']>[2]

/** Times and numbers read alike wherever the tests run. */
const EN = { locale: 'en-GB', timezoneId: 'UTC' }

/** One system and one browser for this file, and what tests do with them. */
export async function withConsole() {
  const system = withSystem()
  const { browser, test } = await withBrowser()

  /** A page of the local system's console. */
  const open = (path: string, options: Options = {}) => browser.open(system.consoleUrl, path, { ...EN, ...options })

  /** A page that came by another console's link. */
  const openLink = (link: string, path?: string) => browser.open(link, path, EN)

  /** What an identity provider asks. */
  async function scim(method: string, path: string, body?: object, token = system.tokens.OKTA_PROVISIONING) {
    const response = await fetch(`${system.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** What the CLI would ask: a route for administrators, signed. */
  async function admin(method: string, target: string, body?: object) {
    const { region, ...credentials } = system.credentials
    const upstream = { url: system.adminUrl, region, credentials: async () => credentials }
    const { pathname: path, search } = new URL(target, system.adminUrl)
    const sent = body && { body: Buffer.from(JSON.stringify(body)) }
    const response = await askUpstream(upstream, { method, path, search, ...sent })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  const idOf = async (userName: string): Promise<string> =>
    (await scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)).body.Resources[0].id

  return { system, browser, test, open, openLink, scim, admin, idOf }
}

/** Waits until a page shows what it was asked for. */
export async function shown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.skeleton').first().waitFor({ state: 'detached' })
}

/** Fills a field of whatever form. */
export async function fill(control: Locator, value: string): Promise<void> {
  const isChoice = await control.evaluate((element) => element instanceof HTMLSelectElement)
  await (isChoice ? control.selectOption(value) : control.fill(value))
}

/** Whether it is more than the browser's word that a request was refused, which the page may expect. */
export const isOfThePage = (problem: string): boolean => !problem.startsWith('Failed to load resource')
