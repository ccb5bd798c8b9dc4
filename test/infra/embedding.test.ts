import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../../infra/config/config.ts'
import { ScimService } from '../../infra/scim-service.ts'
import { ALL, newStack } from './stack.ts'

/** An app of somebody else, with none of our feature flags. */
function otherApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'rolecall-infra-'))
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }))
  const context = { 'aws:cdk:bundling-stacks': [] }
  return new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context })
}

const functionsOf = (stack: Stack): string[] =>
  Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(({ Properties }) =>
    String(Properties.FunctionName),
  )

test('a service stands in the stack of another app, which learns where it is', () => {
  const stack = new Stack(otherApp(), 'Identity')
  const { api, baseUrl, table } = new ScimService(stack, 'Scim', {
    ...{ name: 'identity', domainName: 'scim.example.com' },
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
  })
  expect(baseUrl).toBe('https://scim.example.com/scim/v2')
  expect(stack.resolve([api.restApiId, table.tableName])).toEqual([
    { Ref: expect.stringMatching(/^ScimGatewayApi/) },
    { Ref: expect.stringMatching(/^ScimStorageTable/) },
  ])
})

test('two services of one account have nothing in common', () => {
  const app = otherApp()
  const [blue, green] = [new Stack(app, 'Blue'), new Stack(app, 'Green')]
  new ScimService(blue, 'Scim', { name: 'blue' })
  new ScimService(green, 'Scim', { name: 'green', apiGatewayLogRole: false })
  const beginnings = [blue, green].map((stack) => new Set(functionsOf(stack).map((name) => name.split('-')[0])))
  expect(beginnings).toEqual([new Set(['blue']), new Set(['green'])])
})

test('a wrong prop is refused where the service is made', () => {
  expect(() => new ScimService(new Stack(otherApp(), 'Identity'), 'Scim', { memoryMb: 64 })).toThrow(
    'Cannot use memoryMb 64: a number of MB from 256 to 10240',
  )
})

test('a key needs the region of the stack, and what is used by its ARN is there', () => {
  const app = otherApp()
  const [nowhere, there] = [new Stack(app, 'Nowhere'), new Stack(app, 'There', { env: { region: 'us-east-1' } })]
  expect(() => new ScimService(nowhere, 'Scim', { customerManagedKey: true })).toThrow(
    new ConfigError(['customerManagedKey needs the region: give its stack env: { region: "eu-west-1" }']),
  )
  expect(() => new ScimService(there, 'Scim', { alarmTarget: 'arn:aws:sns:eu-west-1:123456789012:ops' })).toThrow(
    new ConfigError(['alarmTarget is in eu-west-1, the service in us-east-1: use one there']),
  )
})

test.each([
  ['by default', {}],
  ['with everything switched on', ALL],
])('%s the template is the same bytes each time, and fits into what CloudFormation takes', (_what, config) => {
  const [one, two] = [1, 2].map(() => JSON.stringify(Template.fromStack(newStack({}, config).stack).toJSON()))
  expect(one).toBe(two)
  expect(one?.length).toBeLessThan(1_000_000)
  const { Resources = {} } = JSON.parse(one ?? '{}')
  expect(Object.keys(Resources).length).toBeLessThan(500)
})
