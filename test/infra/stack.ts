import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, type AppProps } from 'aws-cdk-lib'
import { onTestFinished } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }
import { parseDeployment } from '../../infra/config/config.ts'
import type { Config } from '../../infra/config/props.ts'
import { ScimStack } from '../../infra/scim-stack.ts'
import { type CloudFormationTemplate, synthesize } from '../../local/synthesize.ts'

/** The synthesised stack, once per test file. */
export const stack = synthesize()

export const ACCOUNT = '123456789012'
export const CERTIFICATE = `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`

let full: CloudFormationTemplate | undefined

/** The template with {@link ALL}, synthesised once in a process. */
export function fullTemplate(): CloudFormationTemplate {
  full ??= synthesize(ALL).template
  return full
}

/** Everything that can be switched on, in a stage of its own. */
export const ALL: Config = {
  ...{ awsAccount: ACCOUNT, regions: ['eu-west-1'], tags: { team: 'identity' }, terminationProtection: false },
  ...{ domainName: 'scim.example.com', certificateArn: CERTIFICATE, domainBasePath: 'rolecall' },
  ...{ hostedZoneId: 'Z0123456789ABC', defaultEndpoint: false },
  ...{ requestsPerSecond: 30, burst: 40, clientRequestsPerSecond: 10, clientBurst: 20, authorizerCacheSeconds: 5 },
  ...{ eventRetentionDays: 30, logRetentionDays: 7, customerManagedKey: true, keepTable: false },
  ...{ firewall: true, allowedRanges: ['203.0.113.0/24', '198.51.100.7/32', '2001:db8::/32'] },
  ...{ logLevel: 'WARN', metricsByIntegration: true, gatewayMetrics: true, tracing: true },
  ...{ alarmTarget: 'ops@example.com', apiGatewayLogRole: false, memoryMb: 1024 },
  ...{ digestLockDays: 365, changeEvents: true, archive: true, archiveRetentionDays: 400, archiveLockDays: 300 },
  ...{ reservedConcurrency: { authorizer: 20, worker: 5 }, stages: { staging: {} } },
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into a template of their own making
type Properties = Record<string, any>

/** Logical id and properties of every resource of a type. */
export function resourcesOf(type: string): [id: string, properties: Properties][] {
  const resources = Object.entries(stack.template.Resources).filter(([, resource]) => resource.Type === type)
  return resources.map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties])
}

/** The one resource of a type. */
export function theOnly(type: string): Properties {
  const [first, second] = resourcesOf(type)
  if (!first || second) throw new Error(`Expected one ${type}`)
  return first[1]
}

/** The stack in an app of one test, not yet synthesised. */
export function newStack(props: AppProps = {}, config: Config = {}): { app: App; stack: ScimStack } {
  const app = newApp(props)
  return { app, stack: new ScimStack(app, parseDeployment(config)) }
}

/** An app of one test: nothing is bundled, and its output goes with the test. */
export function newApp(props: AppProps = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'rolecall-infra-'))
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }))
  const context = { ...cdk.context, 'aws:cdk:bundling-stacks': [] }
  return new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context, ...props })
}
