import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../../infra/config/file.ts'
import { toGatewayModel } from '../../../../local/gateway/template.ts'
import { loadGatewayModel } from '../../../../local/synthesis/gateway-model.ts'
import { areUnchanged, InputRecorder } from '../../../../local/synthesis/inputs.ts'
import { synthesize } from '../../../../local/synthesize.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'rolecall-model-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = join(folder, 'gateway-model')
const env = { PATH: process.env.PATH ?? '' }
/** What is in the file, after the digest that comes first. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into a file of their own making
const kept = (): any => deserialize(readFileSync(path).subarray(32))
function rewrite(change: (content: ReturnType<typeof kept>) => void): void {
  const content = kept()
  change(content)
  const bytes = serialize(content)
  writeFileSync(path, Buffer.concat([createHash('sha256').update(bytes).digest(), bytes]))
}
const made: Record<string, string>[] = []
/** Stands in for the child where only the file matters: the same model, from files that can be changed. */
async function synthesizeAtOnce(settings: Record<string, string>) {
  made.push(settings)
  const recorder = new InputRecorder()
  recorder.add(input)
  return { model, inputs: recorder.finish() }
}
const model = toGatewayModel(synthesize(await loadConfig()))
const input = join(folder, 'input.ts')
const load = (settings = env) => loadGatewayModel(path, settings, synthesizeAtOnce)
/** How many syntheses a call took. */
async function synthesesOf(settings = env): Promise<number> {
  const before = made.length
  expect(await load(settings)).toEqual(model)
  return made.length - before
}

describe('loadGatewayModel()', () => {
  test('gives what the stack says, from a child and from its file alike', async () => {
    rmSync(path, { force: true })
    expect(await loadGatewayModel(path, env)).toEqual(model)
    const refuse = () => Promise.reject(new Error('not from the file'))
    expect(await loadGatewayModel(path, env, refuse)).toEqual(model)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const files = [...kept().inputs.keys()]
    for (const name of [
      ...[
        'rolecall.config.ts',
        'cdk.json',
        'infra/scim-stack.ts',
        'infra/api.ts',
        'infra/gateway-responses.ts',
        'infra/functions.ts',
        'infra/table.ts',
      ],
      ...['shared/http/routes.ts', 'shared/store/table.ts', 'shared/config.ts', 'node_modules/.package-lock.json'],
      ...['local/synthesize.ts', 'local/gateway/template.ts', 'local/synthesis/gateway-model.ts'],
    ]) {
      expect(files).toContain(name)
    }
    expect(files.filter((name) => !existsSync(join(ROOT, name)))).toEqual([])
  })

  test('heeds the settings of the environment, and says what the CDK says of wrong ones', async () => {
    const { functions } = await loadGatewayModel(path, { ...env, ROLECALL_NAME: 'staging' })
    expect(functions.get('events')?.functionName).toBe('staging-events')
    const wrong = loadGatewayModel(join(folder, 'never'), { ...env, ROLECALL_NAME: 'Not A Name' })
    await expect(wrong).rejects.toThrow(/^The stack could not be synthesised:\n[\s\S]*Cannot use name "Not A Name"/)
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })
})

describe('what is kept', () => {
  beforeEach(async () => {
    writeFileSync(input, 'a')
    rmSync(path, { force: true })
    await load()
  })

  test('serves until a file it was made from changes', async () => {
    expect(await synthesesOf()).toBe(0)
    writeFileSync(input, 'b')
    expect(await synthesesOf()).toBe(1)
    expect(await synthesesOf()).toBe(0)
    rmSync(input)
    expect(await synthesesOf()).toBe(1)
    expect(await synthesesOf()).toBe(1)
  })

  test.each<[string, (content: ReturnType<typeof kept>) => void]>([
    ['other packages', ({ inputs }) => inputs.set('node_modules/.package-lock.json', 'other')],
    ['another Node', ({ made }) => Object.assign(made, { node: 'v1' })],
  ])('does not serve %s', async (_name, change) => {
    rewrite(change)
    expect([await synthesesOf(), await synthesesOf()]).toEqual([1, 0])
  })

  test('does not serve other settings, which alone of the environment are passed on', async () => {
    const staging = { ...env, ROLECALL_NAME: 'staging', AWS_PROFILE: 'x', NODE_OPTIONS: '--inspect' }
    expect([await synthesesOf(staging), await synthesesOf(staging), await synthesesOf()]).toEqual([1, 0, 1])
    expect(made.slice(-2)).toEqual([{ ...env, ROLECALL_NAME: 'staging' }, env])
  })

  test.each<[string, (file: Buffer) => Buffer]>([
    ['cut', (file) => file.subarray(0, file.length - 10)],
    ['empty', () => Buffer.alloc(0)],
    ['changed in one byte', (file) => Buffer.from(file).fill(1, file.length - 40, file.length - 39)],
    ['no synthesis at all', () => Buffer.from('hello')],
  ])('is made anew where the file is %s', async (_name, spoil) => {
    writeFileSync(path, spoil(readFileSync(path)))
    expect([await synthesesOf(), await synthesesOf()]).toEqual([1, 0])
  })

  test('may be nothing: where no file can be written each call synthesises', async () => {
    const blocked = join(input, 'no-folder')
    expect(await loadGatewayModel(blocked, env, synthesizeAtOnce)).toEqual(model)
  })
})

describe('InputRecorder', () => {
  const file = join(folder, 'input.txt')
  const inProject = relative(ROOT, file)

  test('takes a file down as it is, and tells when it has changed', () => {
    writeFileSync(file, 'a')
    const recorder = new InputRecorder()
    recorder.add(file)
    const inputs = recorder.finish()
    expect(inputs && [...inputs.keys()]).toEqual(['node_modules/.package-lock.json', inProject])
    writeFileSync(file, 'b')
    expect(inputs && areUnchanged(inputs)).toBe(false)
    writeFileSync(file, 'a')
    expect(inputs && areUnchanged(inputs)).toBe(true)
  })

  test('gives nothing where a file changed meanwhile, or is not there', () => {
    writeFileSync(file, 'a')
    const recorder = new InputRecorder()
    recorder.add(file)
    writeFileSync(file, 'b')
    expect(recorder.finish()).toBeUndefined()
    const missing = new InputRecorder()
    missing.add(join(folder, 'missing'))
    expect(missing.finish()).toBeUndefined()
  })

  test('leaves packages to the note of what is installed', () => {
    const recorder = new InputRecorder()
    recorder.add(join(ROOT, 'node_modules', 'zod', 'index.js'))
    expect([...(recorder.finish() ?? [])].map(([name]) => name)).toEqual(['node_modules/.package-lock.json'])
  })
})
