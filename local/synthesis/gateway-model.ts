import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { CACHE_FOLDER } from '../folders.ts'
import type { GatewayModel } from '../gateway/template.ts'
import { writePrivateBytes } from '../private-file.ts'
import { areUnchanged, type Inputs } from './inputs.ts'

/** What the child tells; without `inputs` it must not be kept. */
interface Synthesis {
  model: GatewayModel
  inputs: Inputs | undefined
}

/** A synthesis as it is kept, with all it was made from. */
interface Kept {
  model: GatewayModel
  inputs: Inputs
  /** The Node that ran it, and the settings of the environment that the CDK app reads. */
  made: { node: string; settings: Record<string, string> }
}

const DIGEST_BYTES = 32
/** What the child gets of our environment besides the settings of the CDK app: how to run. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR']

/**
 * What the gateway is told by the template. It is synthesised in a child process, about two seconds, and kept in `path`
 * for as long as the files it was made from, the installed packages, the settings and Node stay the same.
 * @throws {Error} with the words of the CDK where the stack cannot be synthesised.
 */
export async function loadGatewayModel(
  path = join(CACHE_FOLDER, 'gateway-model'),
  env: Record<string, string | undefined> = process.env,
  synthesize = synthesizeInChild,
): Promise<GatewayModel> {
  const made = { node: process.version, settings: pick(env, isSetting) }
  const kept = loadKept(path)
  if (kept && isDeepStrictEqual(kept.made, made) && areUnchanged(kept.inputs)) return kept.model
  const { model, inputs } = await synthesize({
    ...pick(env, (name) => PASSED_ON.includes(name)),
    ...made.settings,
  })
  if (inputs) keep(path, { model, inputs, made })
  return model
}

const isSetting = (name: string) => name.startsWith('ROLECALL_')

const pick = (env: Record<string, string | undefined>, wanted: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && wanted(name) ? [[name, value]] : [])),
  )

async function synthesizeInChild(env: Record<string, string>): Promise<Synthesis> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [], {
    ...{ env, execArgv: [], serialization: 'advanced' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let told: Synthesis | undefined
  child.once('message', (message: Synthesis) => {
    told = message
  })
  const said = child.stderr ? text(child.stderr) : Promise.resolve('')
  await once(child, 'close')
  if (told) return told
  throw new Error(`The stack could not be synthesised:\n${(await said).trim().slice(-2000)}`)
}

/** A digest before the content tells a file that was cut or changed. */
function loadKept(path: string): Kept | undefined {
  try {
    const file = readFileSync(path)
    const content = file.subarray(DIGEST_BYTES)
    return checksumOf(content).equals(file.subarray(0, DIGEST_BYTES)) ? (deserialize(content) as Kept) : undefined
  } catch {
    return undefined
  }
}

/** Where nothing can be written, the next start takes as long as this one. */
function keep(path: string, kept: Kept): void {
  const content = serialize(kept)
  try {
    writePrivateBytes(path, Buffer.concat([checksumOf(content), content]))
  } catch {
    return
  }
}

const checksumOf = (content: Buffer): Buffer => createHash('sha256').update(content).digest()
