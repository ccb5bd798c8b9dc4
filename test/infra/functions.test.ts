import { expect, test } from 'vitest'
import { BACKGROUND_NAMES, LAMBDA_NAMES } from '../../infra/bundling.ts'
import { parseDeployment } from '../../infra/config.ts'
import { synthesize } from '../../local/synthesize.ts'
import { resourcesOf, stack } from './stack.ts'

const functions = resourcesOf('AWS::Lambda::Function')
const nameOf = ({ FunctionName }: Record<string, unknown>) => String(FunctionName).replace('rolecall-', '')
const isInBackground = (name: string) => BACKGROUND_NAMES.some((known) => known === name)

test('there is one function per resource and per background task, and the stack says which one the gateway calls', () => {
  const names = functions.map(([, properties]) => nameOf(properties))
  expect(names.sort()).toEqual([...LAMBDA_NAMES, ...BACKGROUND_NAMES].sort())
  for (const [id, properties] of functions) {
    const name = nameOf(properties)
    expect(stack.entries.get(id)).toBe(isInBackground(name) ? undefined : name)
  }
})

test.each(functions)('%s runs on Node 24, arm64, traced, without __proto__, and knows its table', (_id, properties) => {
  expect(properties).toMatchObject({
    Architectures: ['arm64'],
    Handler: 'index.handler',
    MemorySize: 512,
    Runtime: 'nodejs24.x',
    Timeout: { worker: 40, watch: 300, 'group-reads': 120 }[nameOf(properties)] ?? 15,
    TracingConfig: { Mode: 'Active' },
    Environment: {
      Variables: {
        TABLE_NAME: { Ref: expect.stringContaining('StorageTable') },
        EVENT_RETENTION_DAYS: '90',
        NODE_OPTIONS:
          nameOf(properties) === 'group-reads'
            ? '--disable-proto=delete --max-semi-space-size=4'
            : '--disable-proto=delete',
      },
    },
  })
})

test('the gateway gives up before the function does, and gives all that is streamed its time', () => {
  const integrations = resourcesOf('AWS::ApiGateway::Method').map(([, { Integration }]) => Integration)
  const timeouts = integrations.map((one): string => `${one.ResponseTransferMode} ${one.TimeoutInMillis}`)
  expect([...new Set(timeouts)].sort()).toEqual(['BUFFERED 14000', 'STREAM 119000'])
})

test('a deployment can be named and keep its events for another time', () => {
  const other = synthesize({ name: 'staging', eventRetentionDays: '30' })
  const lambda = Object.values(other.template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function')
  expect(lambda?.Properties).toMatchObject({
    FunctionName: expect.stringMatching(/^staging-/),
    Environment: { Variables: { EVENT_RETENTION_DAYS: '30' } },
  })
})

test.each([
  ['name', 'No Name', 'Cannot use name "No Name": small letters, digits and hyphens, a letter first, at most 40'],
  ['eventRetentionDays', '0', 'Cannot use eventRetentionDays "0": a number of days from 1 to 9999'],
  ['logRetentionDays', '8', expect.stringContaining('Cannot use logRetentionDays "8": one of 1, 3, 5, 7, 14')],
])('a wrong %s is refused before anything is synthesised', (key, value, message) => {
  const read = () => parseDeployment((name) => (name === key ? value : undefined), {})
  expect(read).toThrow(expect.objectContaining({ message }))
})

test('settings are read from the environment where the context has none', () => {
  const env = { ROLECALL_NAME: 'blue', ROLECALL_LOG_RETENTION_DAYS: '7' }
  expect(parseDeployment(() => undefined, env)).toEqual({ name: 'blue', eventRetentionDays: 90, logRetentionDays: 7 })
})
