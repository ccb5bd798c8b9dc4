import type { ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { closingOf } from '../../console/server/forward.ts'
import { askUpstream } from '../../console/server/upstream.ts'
import { type Asked, startConsole } from '../factories/console.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-api.ts'
import { isOfThePage, shown, withConsole } from './with-console.ts'

const { system, test, open, openLink, scim } = await withConsole()

const paths: Record<string, string> = {}
beforeAll(async () => {
  const ada = (await scim('POST', '/Users', newUser('ada@example.com'))).body.id
  const ops = (await scim('POST', '/Groups', newGroup('Ops', { members: [{ value: ada }] }))).body.id
  await scim('PATCH', `/Users/${ada}`, patchOf({ op: 'replace', path: 'title', value: 'Lead' }))
  const gone = (await scim('POST', '/Users', newUser('gone@example.com'))).body.id
  await scim('DELETE', `/Users/${gone}`)
  Object.assign(paths, {
    ...{ timeline: '/', users: '/users', user: `/users/${ada}`, 'deleted user': `/users/${gone}`, roles: '/roles' },
    ...{ role: `/roles/${ops}`, integrations: '/integrations', integration: '/integrations/OKTA_PROVISIONING' },
    ...{ setup: '/integrations/OKTA_PROVISIONING/setup', drift: '/drift', health: '/health' },
  })
  const consoles = await Promise.all([start({ readOnly: true }, pass), start({}, passReads)])
  Object.assign(links, { '--read-only': consoles[0], 'a principal who may only read': consoles[1] })
})

type Started = Awaited<ReturnType<typeof startConsole>>
const links: Record<string, Started> = {}
const start = (options: object, behind: Parameters<typeof startConsole>[0]) => startConsole(behind, options)
afterAll(() => Promise.all(Object.values(links).map(({ stop }) => stop())))

/** What the local system answers. */
async function pass({ method, target, body }: Asked, response: ServerResponse): Promise<void> {
  const { region, ...credentials } = system.credentials
  const upstream = { url: system.adminUrl, region, credentials: async () => credentials }
  const [path = '', search] = target.split(/(?=\?)/)
  const sent = { method, path, ...(search && { search }), ...(body && { body: Buffer.from(body) }) }
  const answer = await askUpstream(upstream, { ...sent, signal: closingOf(response) }).catch(() => undefined)
  if (!answer) return void response.destroy()
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
  response.end(Buffer.from(await answer.arrayBuffer()))
}

/** The same before a principal whose IAM policy allows GET and nothing else, as API Gateway refuses it. */
async function passReads(asked: Asked, response: ServerResponse): Promise<void> {
  if (asked.method === 'GET') return pass(asked, response)
  response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException', 'content-type': 'application/json' })
  response.end('{"Message":"User: arn:aws:iam::123456789012:user/reader is not authorized to perform this"}')
}

/** The buttons of a page that change something: those that open a dialog, and those that make a token. */
async function changing(page: Page): Promise<string[]> {
  await shown(page)
  const names = await page.locator('main button:visible').allInnerTexts()
  return names.map((name) => name.trim()).filter((name) => /…$|^Make /.test(name) && name !== 'As of a day…')
}

test('whoever may write has buttons for it', async () => {
  const seen: Record<string, number> = {}
  for (const name of ['user', 'deleted user', 'integrations', 'integration', 'setup']) {
    const { page } = await open(paths[name] ?? '')
    await page
      .locator('main button', { hasText: /…$|^Make |More/ })
      .first()
      .waitFor()
    seen[name] = Math.sign((await changing(page)).length)
  }
  expect(seen).toEqual({ user: 1, 'deleted user': 1, integrations: 1, integration: 1, setup: 1 })
})

describe.each([
  ['--read-only', 'This console only reads: start one without --read-only'],
  [
    'a principal who may only read',
    'Your principal may not POST /admin/undo: ask for execute-api:Invoke on POST /admin/undo',
  ],
])('%s', (name, refusal) => {
  const link = () => links[name]?.page.link ?? ''

  test('sees every page, with what copies and leads on, and without a button that changes anything', async () => {
    const { page, problems } = await openLink(link(), '/')
    const seen: Record<string, unknown> = {}
    for (const [place, path] of Object.entries(paths)) {
      await page.goto(`${new URL(link()).origin}${path}`)
      seen[place] = await changing(page)
    }
    expect({ seen, problems: problems.filter(isOfThePage) }).toEqual({
      ...{ seen: Object.fromEntries(Object.keys(paths).map((place) => [place, []])), problems: [] },
    })
    expect(await page.locator('.who').innerText()).toContain('local-admin, read-only')
  })

  test('copies, exports and opens events, which have no Undo', async () => {
    const { page } = await openLink(link(), '/?show=changed')
    await page.getByText('Okta changed title of ada@example.com').click()
    await page.getByRole('button', { name: 'Copy link' }).waitFor()
    expect(await page.getByRole('button', { name: 'Undo…' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Export' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV', exact: true }).click(),
    ])
    expect(file.suggestedFilename()).toBe('events.csv')
    await page.goto(`${new URL(link()).origin}${paths.user}`)
    await page.getByRole('button', { name: 'Copy command' }).waitFor()
  })

  test('is refused by the server, in words, when it sends a change by hand', async () => {
    const { page } = await openLink(link(), '/health')
    const answer = await page.evaluate(async () => {
      const { csrf } = await (await fetch('/console/api/session')).json()
      const headers = { 'content-type': 'application/json', 'x-rolecall-csrf': csrf }
      const response = await fetch('/console/api/admin/undo', { method: 'POST', headers, body: '{}' })
      return { status: response.status, detail: (await response.json()).detail }
    })
    expect(answer).toEqual({ status: 403, detail: refusal })
  })
})
