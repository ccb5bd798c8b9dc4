import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { createTable } from '../../local/engine/create-table.ts'
import { startEngine } from '../../local/engine/engine.ts'
import { startSystem } from '../../local/system.ts'
import { ENV } from '../../shared/config.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { report } from '../bench/report.ts'
import { putItems, seedUsers } from '../bench/seed.ts'
import { median, round, toMarkdown } from '../bench/table.ts'
import { OKTA } from '../factories/api-event.ts'
import { anEvent } from '../factories/events.ts'
import { launch } from './browser.ts'

const [USERS, EVENTS] = [100_000, 100_000]
const ROUNDS = 9
const HOUR_MS = 3_600_000
/** How far one turn of a frame scrolls, and how many there are. */
const [STRIDE_PX, STRIDES] = [900, 300]

type Row = readonly [what: string, value: number, unit: string, goal: string]

/** What the page takes before 100,000 events and as many users: in a browser of this machine, beside the whole system. */
async function main(): Promise<void> {
  const found = await launch()
  if ('reason' in found) throw new Error(`Chromium cannot start: ${found.reason}`)
  const engine = await startEngine()
  const system = await startSystem({
    ...{ endpoint: engine.endpoint, tableName: `bench-${randomUUID()}`, prepare: createTable },
    env: { [ENV.requestLog]: 'off' },
  })
  try {
    await seed(system.db)
    const page = await openPage(found.browser, system.consoleUrl)
    const rows = [...(await measureTimeline(page)), ...(await measureSearch(page)), ...(await measureScrolling(page))]
    report({ console: toMarkdown(['what', 'measured', 'unit', 'goal'], rows) })
  } finally {
    await found.browser.close()
    await system.stop()
    await engine.stop()
  }
}

/** Users, and events of the last day, which an integration's reads and changes are. */
async function seed(db: Db): Promise<void> {
  const ids = await seedUsers(db, OKTA, 1, USERS)
  const now = Date.now()
  for (let first = 0; first < EVENTS; first += 10_000) {
    const events = Array.from({ length: 10_000 }, (_, i) => {
      const n = first + i
      const resourceId = ids[n % ids.length] ?? ''
      return anEvent(new Date(now - HOUR_MS - Math.floor((n / EVENTS) * 22 * HOUR_MS)), {
        ...{ method: 'PATCH', endpoint: `scim/v2/Users/${resourceId}`, durationMs: n % 90, requestId: randomUUID() },
        ...{ resourceDomain: 'USER', resourceId, resourceName: `person.${n + 1}@example.com` },
        changes: [{ attribute: 'title', before: 'Engineer', after: `Engineer ${n}` }],
      })
    })
    await putItems(
      db,
      events.map((event) => toEventItem(db, event)),
    )
  }
}

async function openPage(browser: Browser, consoleUrl: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(consoleUrl)
  return page
}

/** From the start of the navigation until rows stand there, and from a click until the row is open. */
async function measureTimeline(page: Page): Promise<Row[]> {
  const [firstRows, opened]: number[][] = [[], []]
  for (let turn = 0; turn < ROUNDS; turn++) {
    await page.reload({ waitUntil: 'commit' })
    firstRows?.push(await untilThere(page, '.feed article .sentence'))
    opened?.push(
      await page.evaluate(async () => {
        const begun = performance.now()
        document.querySelectorAll<HTMLElement>('.expander')[3]?.click()
        while (!document.querySelector('.event.open [id^=detail-]')) await new Promise(requestAnimationFrame)
        return performance.now() - begun
      }),
    )
    await page.evaluate(() => document.querySelector<HTMLElement>('.event.open .expander')?.click())
  }
  return [
    ['first rows of the timeline, median', round(median(firstRows ?? [])), 'ms', '≤ 300'],
    ['opening a row, median', round(median(opened ?? [])), 'ms', '≤ 50'],
  ]
}

/** Milliseconds since the page began until something of this kind is in it. */
const untilThere = (page: Page, selector: string): Promise<number> =>
  page.evaluate(async (wanted) => {
    while (!document.querySelector(wanted)) await new Promise(requestAnimationFrame)
    return performance.now()
  }, selector)

/** From a key until the only user it leads to stands there. */
async function measureSearch(page: Page): Promise<Row[]> {
  await page.goto(new URL('/users', page.url()).href)
  const search = page.getByRole('searchbox')
  const took: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    const name = `person.${10_007 + turn * 9_970}`
    await search.fill(name.slice(0, -1))
    await page.evaluate(() => new Promise((done) => setTimeout(done, 600)))
    const result = page.evaluate(async (start) => {
      await new Promise((done) => addEventListener('keydown', done, { once: true }))
      const begun = performance.now()
      const isThere = () => {
        const rows = [...document.querySelectorAll('.feed article')]
        return rows.length === 1 && rows[0]?.textContent?.includes(`${start}@`)
      }
      while (!isThere()) await new Promise(requestAnimationFrame)
      return performance.now() - begun
    }, name)
    await search.press('End')
    await search.pressSequentially(name.slice(-1))
    took.push(await result)
  }
  return [['key to result among 100,000 users, median', round(median(took)), 'ms', '≤ 250']]
}

/** Loads every event by scrolling to the end, again and again; then scrolls over all of it and looks at each frame. */
async function measureScrolling(page: Page): Promise<Row[]> {
  await page.goto(new URL('/', page.url()).href)
  await untilThere(page, '.feed article .sentence')
  const loaded = await page.evaluate(async (wanted) => {
    const count = () => Number([...document.querySelectorAll('.feed article')].at(-1)?.getAttribute('aria-posinset'))
    while (count() < wanted) {
      scrollTo(0, document.documentElement.scrollHeight)
      await new Promise(requestAnimationFrame)
    }
    return count()
  }, EVENTS)
  const frames = await page.evaluate(
    async ([stride, strides]) => {
      const times: number[] = []
      let nodes = 0
      scrollTo(0, document.documentElement.scrollHeight / 2)
      for (let turn = 0; turn < 60; turn++) await new Promise(requestAnimationFrame)
      let last = await new Promise<number>(requestAnimationFrame)
      for (let turn = 0; turn < strides; turn++) {
        scrollBy(0, turn % 2 === 0 ? stride : stride / 3)
        const now = await new Promise<number>(requestAnimationFrame)
        times.push(now - last)
        last = now
        nodes = Math.max(nodes, document.querySelectorAll('*').length)
      }
      return { times: times.toSorted((a, b) => a - b), nodes }
    },
    [STRIDE_PX, STRIDES] as const,
  )
  const heapMb = await heapOf(page)
  const { times, nodes } = frames
  return [
    ['events loaded while scrolling', loaded, '', String(EVENTS)],
    ['a frame of scrolling, median', round(median(times)), 'ms', '≤ 32'],
    [
      'of 100 frames the second slowest',
      round(times.at(-Math.ceil(times.length / 100) - 1) ?? Number.NaN),
      'ms',
      '≤ 32',
    ],
    ['elements in the document, most', nodes, '', '< 2,000'],
    ['heap after it', round(heapMb), 'MB', '< 100'],
  ]
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

await main()
