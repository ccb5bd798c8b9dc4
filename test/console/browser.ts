import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core'
import { afterAll, afterEach, test as base } from 'vitest'
import { CHROMIUM_ARGS } from './browser-args.ts'

/** Set where a browser that cannot start is a failure: in .ci/run. */
const IS_REQUIRED = process.env.ROLECALL_REQUIRE_BROWSER === '1'

/** What went wrong in a page, and what it asked for from elsewhere. */
export interface Watched {
  page: Page
  /** Violations of the content security policy, errors nobody caught, and what the page complained of. */
  problems: string[]
  /** Requests that left for another address than the console's. */
  foreign: string[]
}

/** A browser for a test file. */
export interface TestBrowser {
  /**
   * A page in a context of its own, which ends with its test: it opens the link, or `path` of who came by the link before.
   */
  open(consoleUrl: string, path?: string, options?: Parameters<Browser['newContext']>[0]): Promise<Watched>
}

/** The browser, or why there is none. @throws {Error} the same, where there has to be one. */
export async function launch(): Promise<{ browser: Browser } | { reason: string }> {
  try {
    const executablePath = await chromium.executablePath()
    return { browser: await driver.launch({ executablePath, args: CHROMIUM_ARGS, headless: true }) }
  } catch (cause) {
    const [reason = ''] = (cause as Error).message.split('\n').filter((line) => line.trim() !== '')
    if (IS_REQUIRED) throw new Error(`Chromium cannot start: ${reason}`, { cause })
    return { reason }
  }
}

/**
 * One browser for this file, and tests that need it: where it cannot start they count as skipped, and one line says why.
 * Where ROLECALL_REQUIRE_BROWSER is 1 that is a failure.
 */
export async function withBrowser(): Promise<{ browser: TestBrowser; test: typeof base }> {
  const found = await launch()
  if ('reason' in found)
    process.stderr.write(`Tests in the browser are skipped: Chromium cannot start (${found.reason})\n`)
  const contexts: BrowserContext[] = []
  // What is left open goes on asking for what comes.
  afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())))
  afterAll(async () => {
    if ('browser' in found) await found.browser.close()
  })
  const open: TestBrowser['open'] = async (consoleUrl, path, options) => {
    if ('reason' in found) throw new Error(found.reason)
    const context = await found.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    contexts.push(context)
    return openPage(context, consoleUrl, path)
  }
  return { browser: { open }, test: 'reason' in found ? (base.skip as typeof base) : base }
}

async function openPage(context: BrowserContext, consoleUrl: string, path: string | undefined): Promise<Watched> {
  const page = await context.newPage()
  const { origin } = new URL(consoleUrl)
  const problems: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) foreign.push(request.url())
  })
  if (path === undefined) await page.goto(consoleUrl)
  else {
    await context.request.get(consoleUrl, { maxRedirects: 0 })
    await page.goto(`${origin}${path}`)
  }
  return { page, problems, foreign }
}
