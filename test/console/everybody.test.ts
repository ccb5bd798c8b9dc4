import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { oktaExport } from '../../local/demo/cast.ts'
import { playDemo, removeDemo } from '../../local/demo/demo.ts'
import { untilTold } from '../factories/until-told.ts'
import { shown, withConsole } from './with-console.ts'

const { system, test, open, idOf, admin } = await withConsole()

/** Every page by what it is called; `act` is done before it is looked at. */
const PAGES: Record<string, { path: () => string; act?: (page: Page) => Promise<void> }> = {
  timeline: { path: () => '/' },
  'timeline with an event open': {
    path: () => '/?last=all',
    act: async (page) => page.getByText('changed title of ada.lindqvist').first().click(),
  },
  event: { path: () => `/timeline/${ids.event}` },
  users: { path: () => '/users' },
  user: { path: () => `/users/${ids.user}` },
  'a dialog': {
    path: () => `/users/${ids.user}`,
    act: async (page) => {
      await page.getByRole('button', { name: 'Disable…' }).click()
      await page.getByText('It will do this:').waitFor()
    },
  },
  roles: { path: () => '/roles' },
  role: { path: () => `/roles/${ids.role}` },
  integrations: { path: () => '/integrations' },
  integration: { path: () => '/integrations/OKTA_PROVISIONING' },
  setup: { path: () => '/integrations/OKTA_PROVISIONING/setup' },
  'drift, empty': { path: () => '/drift' },
  'drift with a report': { path: () => '/drift', act: compare },
  health: { path: () => '/health' },
}

const ids = { user: '', role: '', event: '' }
beforeAll(async () => {
  const { signal } = new AbortController()
  await playDemo(system, { paceMs: 0, folder: tmpdir(), tell: () => {}, signal })
  ids.user = await idOf('ada.lindqvist@example.com')
  ids.role = (await admin('GET', '/admin/roles?q=Finance')).body.Resources[0].id
  const { events } = (await admin('GET', `/events?resource=${ids.user}&outcome=changed&last=all&type=ALL`)).body
  ids.event = events[0].EVENT_ID
}, 120_000)
afterAll(() => removeDemo(tmpdir()))

async function compare(page: Page): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose the export of users' }).click(),
  ])
  await chooser.setFiles({ name: 'okta.csv', mimeType: 'text/csv', buffer: Buffer.from(oktaExport()) })
  await page.getByText('jun.park@example.com').first().waitFor()
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds serious; of a scheme only what colours can break. */
async function findings(page: Page, rules?: readonly string[]): Promise<unknown[]> {
  return page.evaluate(async (only) => {
    type Violation = { id: string; impact: string; nodes: { html: string }[] }
    const { axe: checker } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> }
    }
    const { violations } = await checker.run(only ? { runOnly: only } : {})
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))])
  }, rules)
}

/** By how much the page is wider than its window, and what sticks out. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth } = document.scrollingElement ?? document.documentElement
    if (scrollWidth <= innerWidth) return []
    const wide = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > innerWidth,
    )
    return [`${scrollWidth} px`, ...wide.slice(0, 4).map((one) => `${one.tagName}.${one.getAttribute('class')}`)]
  })

/** What moves although nothing should. */
const moving = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((one) => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(one)
      const isStill = /^0s(, 0s)*$/.test(transitionDuration) && (animationName === 'none' || animationDuration === '0s')
      return isStill ? [] : [`${one.tagName}.${one.getAttribute('class')}`]
    }),
  )

/** Texts that are cut off below, or beside without an ellipsis, once lines, words and letters are as far apart as WCAG 1.4.12 has them. */
const clipped = (page: Page) =>
  page.evaluate(() => {
    const spaced = new CSSStyleSheet()
    spaced.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
    )
    document.adoptedStyleSheets.push(spaced)
    const hidden = [...document.querySelectorAll('main *')].filter((one) => {
      const { overflowX, overflowY, textOverflow, display } = getComputedStyle(one)
      const hasText = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      if (!hasText || display === 'none' || one.closest('.unseen, svg, select')) return false
      const isCutBelow = /hidden|clip/.test(overflowY) && one.scrollHeight > one.clientHeight + 2
      const isCutBeside =
        /hidden|clip/.test(overflowX) && one.scrollWidth > one.clientWidth + 1 && textOverflow !== 'ellipsis'
      return isCutBelow || isCutBeside
    })
    const told = hidden.map((one) => `${one.tagName}.${one.getAttribute('class')}: ${one.textContent?.slice(0, 40)}`)
    document.adoptedStyleSheets.pop()
    return told
  })

const NOTHING = { wide: [], axe: [], dark: [], phone: [], moving: [], clipped: [] }

describe('for everybody', () => {
  test.for(Object.entries(PAGES))('%s', async ([, { path, act }]) => {
    // Put in from outside, which the page's own policy would refuse.
    const { page } = await open(path(), { bypassCSP: true, colorScheme: 'light', reducedMotion: 'reduce' })
    await shown(page)
    await act?.(page)
    await page.addScriptTag({ content: axe })
    const desktop = { axe: await findings(page), moving: await moving(page), clipped: await clipped(page) }
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await findings(page, ['color-contrast'])
    const wide: string[] = []
    // At 200 % a window of 1280 px has 640.
    for (const width of [640, 360, 320]) {
      await page.setViewportSize({ width, height: 800 })
      wide.push(...(await overflow(page)).map((what) => `${width}: ${what}`))
    }
    await page.setViewportSize({ width: 390, height: 844 })
    const phone = await findings(page)
    expect({ ...desktop, dark, wide, phone }).toEqual(NOTHING)
  })
})

test('with forced colours, bars and marks keep an outline', async () => {
  const outlined = async (path: string, selector: string) => {
    const { page } = await open(path, { forcedColors: 'active' })
    await page.locator(selector).first().waitFor({ state: 'attached' })
    return page.locator(selector).evaluateAll((all) =>
      all.every((one) => {
        const { stroke, strokeWidth, borderTopWidth, borderTopStyle, outlineWidth, outlineStyle } =
          getComputedStyle(one)
        const hasStroke = stroke !== 'none' && Number.parseFloat(strokeWidth) > 0
        const hasBorder = borderTopStyle !== 'none' && Number.parseFloat(borderTopWidth) > 0
        return hasStroke || hasBorder || (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0)
      }),
    )
  }
  expect({
    swatches: await outlined('/', '.swatch'),
    marks: await outlined('/', '.mark'),
    lanes: await outlined(`/users/${ids.user}`, '.lane-bar'),
    members: await outlined(`/roles/${ids.role}`, '.line-path'),
    tokens: await outlined('/integrations', '.days-left'),
    wholeTokens: await outlined('/integrations', '.days-all'),
  }).toEqual({ swatches: true, marks: true, lanes: true, members: true, tokens: true, wholeTokens: true })
})

describe('by keyboard', () => {
  const focused = (page: Page) =>
    page.evaluate(() => `${document.activeElement?.tagName} ${document.activeElement?.textContent?.trim()}`)

  test('g and a letter go to every page, whose heading has the focus and whose title says where one is', async () => {
    const { page } = await open('/')
    await shown(page)
    const seen: Record<string, string[]> = {}
    for (const key of ['u', 'r', 'i', 'd', 'h', 't']) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.locator('h1:focus').waitFor()
      await shown(page)
      seen[key] = [await focused(page), await page.title(), new URL(page.url()).pathname]
    }
    expect(seen).toEqual({
      u: ['H1 Users', 'Users · Rolecall', '/users'],
      r: ['H1 Roles', 'Roles · Rolecall', '/roles'],
      i: ['H1 Integrations', 'Integrations · Rolecall', '/integrations'],
      d: ['H1 Drift', 'Drift · Rolecall', '/drift'],
      h: ['H1 Health', 'Health · Rolecall', '/health'],
      t: ['H1 Timeline', 'Timeline · Rolecall', '/'],
    })
  })

  test.for([
    ['user', 'ada.lindqvist@example.com · Users · Rolecall'],
    ['role', 'Finance · Roles · Rolecall'],
    ['integration', 'OKTA_PROVISIONING · Integrations · Rolecall'],
    ['setup', 'Set up OKTA_PROVISIONING · Integrations · Rolecall'],
    ['event', 'Okta created user ada.lindqvist@example.com · Event · Rolecall'],
  ] as const)('the title of %s says page and object: %s', async ([name, title]) => {
    const { page } = await open(PAGES[name]?.path() ?? '')
    await untilTold(() => page.title(), title)
  })

  test('the first Tab skips to the content, and a dialog gives the focus back', async () => {
    const { page } = await open(`/users/${ids.user}`)
    await shown(page)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('A Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
    const button = page.getByRole('button', { name: 'Disable…' })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('It will do this:').waitFor()
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('BUTTON Disable…')
  })
})
