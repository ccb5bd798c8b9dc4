import { expect, test } from 'vitest'
import { BACKGROUND_NAMES, LAMBDA_NAMES } from '../../infra/bundling.ts'
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

test.each(functions)(
  '%s runs on Node 24, arm64, not traced, without __proto__, and knows its table',
  (_id, properties) => {
    expect(properties).not.toHaveProperty('TracingConfig')
    expect(properties.Environment.Variables).not.toHaveProperty('METRICS_BY_INTEGRATION')
    expect(properties).toMatchObject({
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Runtime: 'nodejs24.x',
      Timeout: { worker: 40, watch: 300, notary: 300, check: 900, 'group-reads': 120 }[nameOf(properties)] ?? 15,
      Environment: {
        Variables: {
          ...{ DEPLOYMENT: 'rolecall', LOG_LEVEL: 'INFO' },
          TABLE_NAME: { Ref: expect.stringContaining('StorageTable') },
          EVENT_RETENTION_DAYS: '90',
          NODE_OPTIONS:
            nameOf(properties) === 'group-reads'
              ? '--disable-proto=delete --max-semi-space-size=4'
              : '--disable-proto=delete',
        },
      },
    })
  },
)

test('the gateway gives up before the function does, and gives all that is streamed its time', () => {
  const integrations = resourcesOf('AWS::ApiGateway::Method').map(([, { Integration }]) => Integration)
  const timeouts = integrations.map((one): string => `${one.ResponseTransferMode} ${one.TimeoutInMillis}`)
  expect([...new Set(timeouts)].sort()).toEqual(['BUFFERED 14000', 'STREAM 119000'])
})
