import { describe, expect } from 'vitest'
import { withSystem } from '../factories/system.ts'
import { withBrowser } from './browser.ts'

const system = withSystem()
const { browser, test } = await withBrowser()

describe('the console in a browser', () => {
  test('opens by its link, keeps it out of the address, and asks nobody but its own server', async () => {
    const { page, problems, foreign } = await browser.open(system.consoleUrl)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(page.url()).toBe(`${system.adminUrl}/`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    const session = await page.evaluate(async () => (await fetch('/console/api/session')).status)
    expect({ session, problems, foreign }).toEqual({ session: 200, problems: [], foreign: [] })
  })

  test('refuses what a policy is there to refuse: inline code, text as HTML, foreign hosts', async () => {
    const { page, problems } = await browser.open(system.consoleUrl, '/users')
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script')
      const refusals: string[] = []
      const attempt = (name: string, act: () => unknown) => {
        try {
          act()
        } catch (error) {
          refusals.push(`${name}: ${(error as Error).name}`)
        }
      }
      attempt('text as HTML', () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>'))
      attempt('text as a script', () => {
        script.text = 'window.ran = true'
      })
      document.body.append(script)
      const away = await fetch('http://127.0.0.1:9/').catch((error: Error) => error.name)
      return { refusals, away, ran: 'ran' in window }
    })
    expect(outcome).toEqual({
      refusals: ['text as HTML: TypeError', 'text as a script: TypeError'],
      ...{ away: 'TypeError', ran: false },
    })
    expect(problems.length).toBeGreaterThan(0)
  })

  test('shows nothing of the service to a page that did not come by the link', async () => {
    const { page } = await browser.open(`${system.adminUrl}/`)
    const answer = await page.evaluate(async () => {
      const response = await fetch('/console/api/session')
      return { status: response.status, body: await response.json() }
    })
    expect(answer).toEqual({
      status: 401,
      body: expect.objectContaining({
        detail: 'This page has no session: open the address that npm start printed behind "Console:"',
      }),
    })
  })
})
