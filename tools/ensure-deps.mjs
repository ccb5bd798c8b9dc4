// Installs what package-lock.json asks for, unless it is there; with `--engine` also the local engine, where the lock
// has none for this platform and DYNAMODB_ENDPOINT names no other. Plain JavaScript for Node 18 and later, since it runs
// before there is anything else: `prestart`, `pretest` and their like call it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.rolecall-lock-hash')
const busy = join(root, '.rolecall', 'installing')
const REQUIRED_NODE = 24
const WAIT_MS = 10 * 60 * 1000
/** A turn whose owner never said who it is. */
const ABANDONED_MS = 10_000

const ENGINES = 'node_modules/@dynoxide/'
const platform = `${process.platform}-${process.arch}`
const needsEngine = process.argv.includes('--engine') && !process.env.DYNAMODB_ENDPOINT

const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
const wanted = createHash('sha256').update(`${platform}\n${lock}`).digest('hex')

try {
  inTurn(isInstalled, install)
  requireNode()
  if (needsEngine) inTurn(hasEngine, installEngine)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

function inTurn(isDone, install) {
  if (isDone()) return
  const release = takeTurn()
  try {
    if (!isDone()) install()
  } finally {
    release()
  }
}

function isInstalled() {
  if (readText(stamp) === wanted) return true
  if (!matchesLock()) return false
  writeFileSync(stamp, wanted)
  return true
}

/** npm's own note of what it installed agrees with the lock; a package for another platform may be missing. */
function matchesLock() {
  const note = readText(join(modules, '.package-lock.json'))
  if (!note) return false
  const installed = JSON.parse(note).packages
  const asked = Object.entries(JSON.parse(lock).packages).filter(([path]) => path !== '')
  return asked.every(([path, { version, optional }]) => {
    const found = installed[path]
    return found ? found.version === version && existsSync(join(root, path)) : optional === true
  })
}

function install() {
  const started = Date.now()
  console.log('Installing dependencies, about a minute...')
  const { failed, said } = runNpm('ci')
  if (failed) throw new Error(`The dependencies could not be installed, "npm ci" says:\n${said}`)
  writeFileSync(stamp, wanted)
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

function hasEngine() {
  return existsSync(join(root, ENGINES, platform))
}

/** npm locks no package that its registry does not show, so engines of other platforms come beside the lock. */
function installEngine() {
  const [, { version }] = Object.entries(JSON.parse(lock).packages).find(([path]) => path.startsWith(ENGINES))
  const wantedEngine = `@dynoxide/${platform}@${version}`
  const { failed, said } = runNpm('install', '--no-save', wantedEngine)
  if (!failed && hasEngine()) return
  throw new Error(
    `There is no local engine for ${platform}: start one that speaks DynamoDB's protocol and name it in DYNAMODB_ENDPOINT. ` +
      `"npm install ${wantedEngine}" says:\n${said}`,
  )
}

function runNpm(...command) {
  const cli = process.env.npm_execpath
  const npm = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm']
  const [file, ...args] = [...npm, ...command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error, stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: 'utf8' })
  return { failed: status !== 0, said: `${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`.trim().slice(-4000) }
}

/** Waits while another process installs. A folder can be made by one process only. */
function takeTurn() {
  mkdirSync(dirname(busy), { recursive: true, mode: 0o700 })
  const until = Date.now() + WAIT_MS
  for (;;) {
    try {
      mkdirSync(busy)
      writeFileSync(join(busy, 'pid'), String(process.pid))
      return () => rmSync(busy, { recursive: true, force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isAbandoned()) rmSync(busy, { recursive: true, force: true })
    else if (Date.now() > until) throw new Error(`Another process seems to install for ever: remove ${busy}`)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
  }
}

function isAbandoned() {
  const pid = Number(readText(join(busy, 'pid')))
  if (!pid) return Date.now() - madeAt(busy) > ABANDONED_MS
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function madeAt(folder) {
  try {
    return statSync(folder).mtimeMs
  } catch {
    return Date.now()
  }
}

/**
 * The packages bring their own Node where there is one for the platform; npm scripts find it first. npm 10 loses its
 * link when it drops the package of the other platform, so the link is made again where it is missing.
 */
function requireNode() {
  const link = join(modules, '.bin', 'node')
  const packaged = join('..', `node-${platform}`, 'bin', 'node')
  if (!existsSync(link) && existsSync(join(modules, '.bin', packaged))) symlinkSync(packaged, link)
  if (existsSync(link)) return
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_NODE) return
  throw new Error(`Node ${REQUIRED_NODE} or later is needed, and npm has none for this platform: install it first`)
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
