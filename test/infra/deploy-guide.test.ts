import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { COMMANDS, planOf } from '../../infra/cdk/plan.ts'
import { parseDeployment, stagesOf } from '../../infra/config/config.ts'
import { DEFAULTS, SETTINGS } from '../../infra/config/settings.ts'
import { parseOptions as parseSmoke } from '../smoke/options.ts'
import { newStack } from './stack.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const guide = readFileSync(join(ROOT, 'docs', 'deploy.md'), 'utf8')
const blocks = [...guide.matchAll(/^```(sh|ts)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}))

/** What a configuration file of the guide exports. */
const configIn = (text: string): unknown => runInNewContext(`(${/defineConfig\((.*)\)/s.exec(text)?.[1]})`, {})
const isConfig = ({ text }: { text: string }) => text.includes('export default defineConfig')

test('every configuration shown is one that every stage can be deployed with', () => {
  const configs = blocks.filter(isConfig).map(({ text }) => structuredClone(configIn(text)) as object)
  for (const config of configs) {
    for (const stage of stagesOf(config)) {
      const deployment = parseDeployment(config, { env: { ROLECALL_STAGE: stage } })
      expect(newStack({}, config).stack.stackName.startsWith('rolecall')).toBe(true)
      expect(deployment.stage).toBe(stage)
    }
  }
  expect(configs.length).toBeGreaterThan(2)
})

test('every command of ours works with the configuration that was shown last', () => {
  let config: unknown = {}
  const done: string[] = []
  for (const block of blocks) {
    if (isConfig(block)) config = structuredClone(configIn(block.text))
    const lines = block.text.matchAll(/^(?:(ROLECALL_\w+)=(\S+) )?npm run (\w+)(?: -- ([^#\n]+))?/gm)
    for (const [line, variable = '', value, name, rest = ''] of lines) {
      if (name === 'smoke') {
        done.push(parseSmoke(rest.trim().split(/ +/)).isCleaning ? '' : name)
        continue
      }
      const command = COMMANDS.find((one) => one === name)
      if (!command) throw new Error(`There is no command ${name}`)
      const plan = planOf(command, rest.trim().split(/ +/).filter(Boolean), config, { [variable]: value })
      expect([line, plan.at(-1)?.args[0]]).toEqual([line, command])
      done.push(command)
    }
  }
  expect(new Set(done)).toEqual(new Set([...COMMANDS, 'smoke']))
})

/** As a cell of the table says it. */
function saidOf(name: string): string | undefined {
  const value = DEFAULTS[name as keyof typeof DEFAULTS]
  if (typeof value !== 'object' && value !== undefined) return `\`${value}\``
  return undefined
}

test('every setting is in the table, with its default', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` \| (.*?) \| .+ \|$/gm)].map(
    ([, name = '', standard]) => [name, standard] as const,
  )
  const settings = rows.filter(([name]) => name in SETTINGS)
  expect(settings.map(([name]) => name).sort()).toEqual(Object.keys(SETTINGS).sort())
  for (const [name, standard] of settings) {
    const expected = saidOf(name)
    if (expected === undefined)
      expect([name, standard]).toEqual([name, expect.stringMatching(/^(none|kept|that of the credentials)$/)])
    else expect([name, standard]).toEqual([name, expected])
  }
})
