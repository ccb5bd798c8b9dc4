import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { newUser } from '../factories/scim-api.ts'
import { withConsole } from './with-console.ts'

const { system, test, openLink, scim } = await withConsole()
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts')

let folder: string
let command: ChildProcess
let link: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-console-command-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
  command = spawn(process.execPath, [MAIN, 'console', '--no-open', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(createInterface({ input: command.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  link = line.replace(/^Console: /, '')
  await scim('POST', '/Users', newUser('ada@example.com'))
  await scim('POST', '/Users', newUser('-rf'))
})
afterAll(() => {
  command.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

test('rolecall console: its link shows the timeline once, its commands say what it was given, and the window says when the command has ended', async () => {
  const { page, problems, foreign } = await openLink(link)
  await page.getByText('Okta created user ada@example.com').waitFor()
  expect({ at: page.url(), problems, foreign }).toEqual({ at: `${new URL(link).origin}/`, problems: [], foreign: [] })

  const second = await openLink(link)
  const refusal = second.page.getByRole('alert')
  await refusal.waitFor()
  expect((await refusal.innerText()).split('\n').filter(Boolean)).toEqual([
    'The console could not start',
    'This page has no session: start rolecall console again: its link is good once, for 5 minutes',
    'Try again',
  ])

  await page.getByRole('link', { name: 'Users' }).first().click()
  await page.getByText('-rf', { exact: true }).first().click()
  const line = page.locator('.command code').first()
  await line.waitFor()
  expect(await line.innerText()).toBe(`./rolecall user history --data-dir ${folder} -- -rf`)
  command.kill('SIGINT')
  expect(await once(command, 'exit')).toEqual([0, null])
  await page.getByRole('link', { name: 'Roles' }).first().click()
  await page.getByText('Is "npm start" or "rolecall console" still running?').first().waitFor()
  expect(await page.getByRole('alert').innerText()).toContain('The roles could not be read')
})
