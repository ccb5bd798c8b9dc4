import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '..', '..', 'tools', 'ensure-deps.mjs')
const LOCK = {
  packages: {
    '': { name: 'project' },
    'node_modules/here': { version: '1.0.0' },
    'node_modules/elsewhere': { version: '1.0.0', optional: true },
    'node_modules/@dynoxide/elsewhere-x64': { version: '1.2.1', optional: true },
  },
}
const PLATFORM = `${process.platform}-${process.arch}`

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'rolecall-deps-'))
  for (const folder of ['tools', 'bin']) mkdirSync(join(project, folder))
  copyFileSync(SCRIPT, join(project, 'tools', 'ensure-deps.mjs'))
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(LOCK))
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

/** An npm that notes how it was called, takes a moment, and "installs" the version given, or one package more. */
function fakeNpm(version = '1.0.0', exitCode = 0): void {
  const installed = JSON.stringify({ packages: { 'node_modules/here': { version } } })
  const script = `#!/bin/sh
    echo "$@" >> calls
    sleep 0.3
    if [ "$1" = ci ]; then
      mkdir -p node_modules/here node_modules/.bin
      echo '${installed}' > node_modules/.package-lock.json
    elif [ ${exitCode} = 0 ]; then
      mkdir -p node_modules/@dynoxide/${PLATFORM}
    fi
    echo "npm says: no network" >&2
    exit ${exitCode}`
  writeFileSync(join(project, 'bin', 'npm'), script)
  chmodSync(join(project, 'bin', 'npm'), 0o755)
}

function ensureDeps(args: string[] = [], more: object = {}): Promise<{ code: number; output: string }> {
  const { npm_execpath: _, DYNAMODB_ENDPOINT: _endpoint, ...env } = process.env
  const options = { env: { ...env, ...more, PATH: `${join(project, 'bin')}:${env.PATH}` }, cwd: project }
  return new Promise((done) => {
    execFile(process.execPath, ['tools/ensure-deps.mjs', ...args], options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr })
    })
  })
}

const calls = () => readFileSync(join(project, 'calls'), 'utf8').trim().split('\n')

test('installs what the lock asks for, once, without running scripts', async () => {
  fakeNpm()
  expect(await ensureDeps()).toEqual({
    code: 0,
    output: expect.stringMatching(/^Installing dependencies, about a minute\.\.\.\nInstalled in \d+ s\n$/),
  })
  expect(await ensureDeps()).toEqual({ code: 0, output: '' })
  expect(calls()).toEqual(['ci --ignore-scripts --no-audit --no-fund --loglevel=error'])
})

test('two at once install once', async () => {
  fakeNpm()
  const both = await Promise.all([ensureDeps(), ensureDeps()])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(calls()).toHaveLength(1)
})

test('installs again when the lock has changed', async () => {
  fakeNpm()
  await ensureDeps()
  LOCK.packages['node_modules/here'].version = '2.0.0'
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(LOCK))
  LOCK.packages['node_modules/here'].version = '1.0.0'
  fakeNpm('2.0.0')
  await ensureDeps()
  expect(calls()).toHaveLength(2)
})

test('leaves alone what npm itself has installed by this lock', async () => {
  mkdirSync(join(project, 'node_modules', 'here'), { recursive: true })
  const installed = { packages: { 'node_modules/here': { version: '1.0.0' } } }
  writeFileSync(join(project, 'node_modules', '.package-lock.json'), JSON.stringify(installed))
  expect(await ensureDeps()).toEqual({ code: 0, output: '' })
})

test('says what npm said when it fails, and leaves nothing locked', async () => {
  fakeNpm('1.0.0', 1)
  const failed = {
    code: 1,
    output: expect.stringContaining('The dependencies could not be installed, "npm ci" says:\nnpm says: no network'),
  }
  expect(await ensureDeps()).toEqual(failed)
  rmSync(join(project, 'node_modules'), { recursive: true })
  fakeNpm()
  expect((await ensureDeps()).code).toBe(0)
})

test('takes over from an install that was killed', async () => {
  mkdirSync(join(project, '.rolecall', 'installing'), { recursive: true })
  writeFileSync(join(project, '.rolecall', 'installing', 'pid'), String(2 ** 22 + 1))
  fakeNpm()
  expect((await ensureDeps()).code).toBe(0)
})

const FLAGS = '--ignore-scripts --no-audit --no-fund --loglevel=error'
const INSTALL_ENGINE = `install --no-save @dynoxide/${PLATFORM}@1.2.1 ${FLAGS}`

test('where the lock has no engine for the platform, the one of the same version is added, once and unsaved', async () => {
  fakeNpm()
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8')
  expect((await ensureDeps(['--engine'])).code).toBe(0)
  expect(await ensureDeps(['--engine'])).toEqual({ code: 0, output: '' })
  expect(calls()).toEqual([`ci ${FLAGS}`, INSTALL_ENGINE])
  expect(readFileSync(join(project, 'package-lock.json'), 'utf8')).toBe(lock)
})

test('an engine that is there is left alone', async () => {
  fakeNpm()
  mkdirSync(join(project, 'node_modules', '@dynoxide', PLATFORM), { recursive: true })
  expect((await ensureDeps(['--engine'])).code).toBe(0)
  expect(calls()).toEqual([`ci ${FLAGS}`])
})

test('who needs no engine, or names another, gets none', async () => {
  fakeNpm()
  expect((await ensureDeps()).code).toBe(0)
  expect((await ensureDeps(['--engine'], { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' })).code).toBe(0)
  expect(calls()).toEqual([`ci ${FLAGS}`])
})

test('where npm has no engine for the platform either, it says so and names DYNAMODB_ENDPOINT', async () => {
  fakeNpm()
  await ensureDeps()
  fakeNpm('1.0.0', 1)
  expect(await ensureDeps(['--engine'])).toEqual({
    code: 1,
    output: `There is no local engine for ${PLATFORM}: start one that speaks DynamoDB's protocol and name it in DYNAMODB_ENDPOINT. "npm install @dynoxide/${PLATFORM}@1.2.1" says:\nnpm says: no network\n`,
  })
  expect(calls().at(-1)).toBe(INSTALL_ENGINE)
})
