/** Takes the pictures of the console that the documents show: `npm run pictures`. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as driver } from 'playwright-core'
import { askUpstream } from '../../console/server/upstream.ts'
import { playDemo } from '../../local/demo/demo.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { CHROMIUM_ARGS } from '../console/browser-args.ts'
import { type Ready, scratchFolder, startProcess } from '../e2e/start.ts'
import { type Ids, PICTURES, type Picture } from './pages.ts'
import { shrinkPng } from './png.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'pictures')
/** Slow enough that the chart has more than one bar. */
const PACE_MS = 300
const DESKTOP = { width: 1280, height: 900 }

const scratch = scratchFolder()
const system = await startProcess(scratch.path, ['--memory'])
const browser = await driver.launch({ executablePath: await chromium.executablePath(), args: CHROMIUM_ARGS })
try {
  const ids = await play(system.ready)
  mkdirSync(FOLDER, { recursive: true })
  for (const picture of PICTURES) {
    for (const scheme of ['light', 'dark'] as const) await take(browser, system.ready, ids, picture, scheme)
  }
} finally {
  await browser.close()
  await system.end('SIGTERM')
  scratch.remove()
}

/** Plays the demo, and finds whom the pictures show. */
async function play({ credentialsFile, ...ready }: Ready): Promise<Ids> {
  const { accessKeyId, secretAccessKey, region } = JSON.parse(readFileSync(credentialsFile, 'utf8'))
  const key = { accessKeyId, secretAccessKey }
  const { signal } = new AbortController()
  const tell = (line: string) => void process.stdout.write(`${line}\n`)
  await playDemo({ ...ready, credentials: { ...key, region } }, { paceMs: PACE_MS, folder: scratch.path, tell, signal })
  const upstream = { url: ready.adminUrl, region, credentials: async () => key }
  const ask = async (path: string, search: string) =>
    (await askUpstream(upstream, { method: 'GET', path, search })).json() as Promise<Record<string, unknown>>
  const find = async (path: string, q: string) => ((await ask(path, `?q=${q}`)).Resources as { id: string }[])[0]?.id
  const user = (await find('/admin/users', 'ada.lindqvist')) ?? ''
  const role = (await find('/admin/roles', 'Engineering')) ?? ''
  const { events } = await ask('/events', `?kind=user&last=1h&outcome=changed&resource=${user}`)
  return { user, role, event: (events as EventRow[]).at(-1)?.EVENT_ID ?? '' }
}

async function take(browser: Browser, ready: Ready, ids: Ids, picture: Picture, scheme: 'light' | 'dark') {
  const { name, path, act, shows, size: viewport = DESKTOP } = picture
  const context = await browser.newContext({
    ...{ viewport, colorScheme: scheme, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' },
  })
  const page = await context.newPage()
  await context.request.get(ready.consoleUrl, { maxRedirects: 0 })
  await page.goto(`${ready.adminUrl}${path(ids)}`)
  await act?.(page)
  await page.getByText(shows).first().waitFor()
  await page.locator('.skeleton').first().waitFor({ state: 'detached' })
  if (name.startsWith('timeline')) await page.locator('.plot canvas').waitFor()
  const file = join(FOLDER, `${name}-${scheme}.png`)
  writeFileSync(file, shrinkPng(await page.screenshot()))
  await context.close()
  process.stdout.write(`${name}-${scheme}.png: ${Math.round(statSync(file).size / 1024)} KB\n`)
}
