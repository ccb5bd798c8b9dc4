import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { oktaExport } from '../../local/demo/cast.ts'
import { playDemo, removeDemo } from '../../local/demo/demo.ts'
import { withSystem } from '../factories/system.ts'
import { withBrowser } from './browser.ts'

const system = withSystem()
const { browser, test } = await withBrowser()
const EN = { locale: 'en-GB', timezoneId: 'UTC' }
const open = (path: string, options = {}) => browser.open(system.consoleUrl, path, { ...EN, ...options })

async function scim(method: string, path: string, body?: object) {
  const response = await fetch(`${system.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${system.tokens.OKTA_PROVISIONING}`, 'content-type': 'application/scim+json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}
const newUser = (userName: string, more: object = {}) => ({
  ...{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName },
  ...more,
})
const idOf = async (userName: string): Promise<string> =>
  (await scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)).body.Resources[0].id

beforeAll(async () => {
  const { signal } = new AbortController()
  await playDemo(system, { paceMs: 0, folder: tmpdir(), tell: () => {}, signal })
}, 120_000)
afterAll(() => removeDemo(tmpdir()))

describe('what one does with the console', () => {
  test('a request appears by itself, in a sentence', async () => {
    const { page, problems, foreign } = await open('/')
    await page.getByText('deactivated bo.chen').first().waitFor()
    expect((await scim('POST', '/Users', newUser('live@example.com'))).status).toBe(201)
    await page.getByText('Okta created user live@example.com').waitFor()
    expect({ problems, foreign }).toEqual({ problems: [], foreign: [] })
  })

  test('refusals are filtered by the legend, and the address shows somebody else the same', async () => {
    const { page } = await open('/')
    await page.getByText('deactivated bo.chen').first().waitFor()
    for (const name of [/^Changed/, /^Read/]) await page.getByRole('button', { name }).first().click()
    await page.getByText('deactivated bo.chen').first().waitFor({ state: 'detached' })
    await page.getByText('and was refused: the name is taken').first().waitFor()
    const shared = new URL(page.url())
    expect(shared.searchParams.get('show')).toBe('refused,failed')
    const other = await open(shared.pathname + shared.search)
    await other.page.getByText('and was refused: the name is taken').first().waitFor()
    expect(await other.page.getByText('deactivated bo.chen').count()).toBe(0)
  })

  test('the story of a user tells each role that came and went', async () => {
    const { page, problems } = await open(`/users/${await idOf('ada.lindqvist@example.com')}`)
    await page.getByRole('heading', { level: 1, name: /Ada Lindqvist/ }).waitFor()
    const sentences = [
      /added ada\.lindqvist(@example\.com)? to role On call/,
      /removed ada\.lindqvist(@example\.com)? from role On call/,
      /changed title of ada/,
    ]
    for (const sentence of sentences) await page.getByText(sentence).first().waitFor()
    await page.getByText('Show as table').click()
    expect(await page.getByRole('rowheader', { name: 'On call' }).count()).toBe(1)
    expect(problems).toEqual([])
  })

  test("an identity provider's export is compared, and never leaves the machine", async () => {
    const { page, foreign } = await open('/drift')
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page
        .getByRole('button', { name: /choose/i })
        .first()
        .click(),
    ])
    await chooser.setFiles({ name: 'okta.csv', mimeType: 'text/csv', buffer: Buffer.from(oktaExport()) })
    await page.getByText('jun.park@example.com').first().waitFor()
    expect(await page.getByRole('tab', { name: /Missing here/ }).textContent()).toContain('1')
    expect(foreign).toEqual([])
  })

  test('a token is rotated: the new one is shown this once, masked, and the event says so', async () => {
    const { page } = await open('/integrations')
    await page.locator('main a[href="/integrations/GENERIC_PROVISIONING"]').first().click()
    await page
      .getByRole('button', { name: /Rotate token/ })
      .first()
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /^Rotate npm start/ }).click()
    await dialog.getByText('It is shown this once').waitFor()
    expect(await dialog.getByText(/^rolecall_•+/).count()).toBe(1)
    await dialog.getByText('rotated').first().waitFor()
    expect(page.url()).not.toContain('rolecall_')
    const question = dialog.getByText('It has not been copied. Close and lose it?')
    await page.keyboard.press('Escape')
    await question.waitFor()
    const { href } = new URL(page.url())
    await dialog.getByRole('link', { name: 'See the event' }).first().click()
    await page.goBack()
    await page.waitForURL(href)
    expect(await question.count()).toBe(1)
    await dialog.getByRole('button', { name: 'Show' }).click()
    await question.waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('a user or an account that nobody has is never shown as one that there was', async () => {
    const { page } = await open('/users/nosuch')
    await page.getByText('There is no such user', { exact: true }).waitFor()
    const asked: string[] = []
    page.on('request', (request) => void asked.push(request.url()))
    for (const path of ['/?account=nosuch', '/integrations?account=nosuch', '/users?account=nosuch']) {
      await page.goto(new URL(path, page.url()).href)
      await page.getByText('There is no account "nosuch": there is default').waitFor()
      expect(await page.locator('main').getByRole('button').count()).toBe(0)
    }
    const ofAccount = asked.filter((url) => url.includes('account=nosuch') && /api\/(admin|events)/.test(url))
    expect(ofAccount.filter((url) => !url.includes('/admin/accounts/nosuch'))).toEqual([])
  })

  test.each(['/users', '/roles', '/integrations', '/drift', '/'])(
    '%s says what of its address it cannot read',
    async (path) => {
      const { page } = await open(`${path}?foo=bar`)
      await page.getByText('The address says “foo”, which cannot be read here.').waitFor()
    },
  )

  test('the rail says how much of health needs somebody, whatever page is opened first', async () => {
    const { page } = await open('/health')
    await page.locator('.findings > li').first().waitFor()
    const count = await page.locator('.findings > li').count()
    await page.goto(new URL('/users', page.url()).href)
    await page.locator('.rail a[href="/health"] .needs').getByText(`${count}`).waitFor()
  })

  test('a token that is neither shown nor copied is lost only by who says so', async () => {
    const { page } = await open('/integrations/GENERIC_PROVISIONING')
    await page.getByRole('button', { name: 'Issue a token…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /^Issue a token/ }).click()
    await dialog.getByText('It is shown this once').waitFor()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await dialog.getByRole('button', { name: 'Close anyway' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  test('what an administrator does is in the history at once, and is undone where it says so', async () => {
    const { page, problems } = await open(`/users/${await idOf('hiro.tanaka@example.com')}`)
    await page.getByRole('button', { name: 'Disable…' }).click()
    const dialog = page.getByRole('dialog').first()
    await dialog.getByRole('button', { name: 'Disable hiro.tanaka@example.com' }).click()
    await dialog.getByText('deactivated').waitFor()
    await dialog.getByRole('button', { name: 'Undo…' }).click()
    const undoing = page.getByRole('dialog').last()
    await undoing.getByRole('button', { name: /^Undo this change/ }).click()
    await undoing.getByText('reactivated').waitFor()
    await undoing.getByRole('button', { name: 'Close' }).click()
    const history = page.getByRole('region', { name: 'History' })
    await history.getByText('undid a change and so reactivated hiro').waitFor()
    await history.getByText('deactivated hiro').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('a refusal opens to what mends it, and Esc closes it again', async () => {
    const { page } = await open('/?show=refused')
    await page.getByText('and was refused: the name is taken').first().click()
    await page.getByRole('button', { name: /^Transfer ada/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Transfer ada/ }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.has('open')).toBe(false)
  })

  test('the keyboard alone leads everywhere', async () => {
    const { page } = await open('/')
    await page.locator('.feed article .sentence').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
    await page.keyboard.press('/')
    // As slowly as a search is made while one types: no letter is lost to an answer.
    await page.keyboard.type('ada.l', { delay: 160 })
    await page.waitForURL(/q=ada\.l/)
    await page.getByText('Ada Lindqvist').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
  })
})

/** What has been names of users to make pages run it. */
const HOSTILE = [
  '<script>window.ran=1</script>',
  '"><img src=x onerror="window.ran=1">',
  "javascript:window.ran=1//'",
  '{{constructor.constructor("window.ran=1")()}}',
  '<svg/onload=window.ran=1>',
  '\u202Eevil\u2066',
]

test('names that are made to run on a page are shown, and nothing more', async () => {
  const made = await Promise.all(
    HOSTILE.map((name, i) => {
      const text = { displayName: name, title: name, nickName: name, name: { familyName: name, givenName: name } }
      return scim('POST', '/Users', newUser(`hostile${i}@example.com`, text))
    }),
  )
  expect(made.map(({ status }) => status)).toEqual(HOSTILE.map(() => 201))
  const paths = ['/', '/users?q=hostile', ...made.map(({ body }) => `/users/${body.id}`)]
  for (const path of paths) {
    const { page, problems, foreign } = await open(path)
    await page.getByText('hostile').first().waitFor()
    const ran = await page.evaluate(() => 'ran' in window)
    expect({ path, ran, problems, foreign }).toEqual({ path, ran: false, problems: [], foreign: [] })
  }
})
