import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { type CfnPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { ENV } from '../shared/config.ts'
import { SCIM_BASE } from '../shared/http/routes.ts'
import { functionLimitMs } from '../shared/http/time-limits.ts'
import type { Alarms } from './alarms.ts'
import { OPTIONAL_PARTS, type OptionalPart } from './bundling/left-out.ts'
import { type BackgroundName, entryOf, LAMBDA_NAMES, type LambdaName, STREAMING } from './bundling.ts'
import type { ServiceSettings } from './config/settings.ts'
import { domainUrl } from './domain.ts'
import { tableStatements } from './permissions.ts'
import type { ScimTable } from './table.ts'
import { keyStatement } from './table-key.ts'

export interface ScimFunctionsProps {
  settings: ServiceSettings
  table: ScimTable
}

/** Of those that nobody waits for: what tells that they fail. */
export interface BackgroundProps extends ScimFunctionsProps {
  alarms: Alarms
}

/** One Lambda per resource. */
export class ScimFunctions extends Construct {
  readonly byName: ReadonlyMap<LambdaName, LambdaFunction>

  constructor(scope: Construct, id: string, props: ScimFunctionsProps) {
    super(scope, id)
    this.byName = new Map(LAMBDA_NAMES.map((name) => [name, addFunction(this, name, props)]))
  }

  require(name: LambdaName): LambdaFunction {
    const found = this.byName.get(name)
    if (!found) throw new Error(`There is no function "${name}"`)
    return found
  }
}

export interface FunctionProps extends ScimFunctionsProps {
  timeoutMs?: number
  /** Whether it may send itself work: Lambda ends what looks like a loop after 16 rounds. */
  sendsItself?: boolean
  /** More of its environment. */
  environment?: Record<string, string>
}

/** A Lambda with a role, a log group and a bundle of its own, below a construct of its name. */
export function addFunction(parent: Construct, name: LambdaName | BackgroundName, props: FunctionProps) {
  const {
    settings,
    table,
    timeoutMs = functionLimitMs({ streams: STREAMING.has(name) }),
    sendsItself,
    environment,
  } = props
  const scope = new Construct(parent, name)
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const role = functionRole(scope, name, logGroup, table)
  const reserved = settings.reservedConcurrency[name]
  const publicUrl = domainUrl(settings)
  const fn = new LambdaFunction(scope, 'Function', {
    functionName: `${settings.name}-${name}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: bundledCode(name, partsWithout(props)),
    memorySize: settings.memoryMb,
    timeout: Duration.millis(timeoutMs),
    tracing: settings.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
    role,
    logGroup,
    ...(sendsItself && { recursiveLoop: RecursiveLoop.ALLOW }),
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    environment: {
      [ENV.tableName]: table.table.tableName,
      [ENV.eventRetentionDays]: String(settings.eventRetentionDays),
      [ENV.deployment]: settings.name,
      [ENV.logLevel]: settings.logLevel,
      ...(settings.metricsByIntegration && { [ENV.metricsByIntegration]: 'on' }),
      ...(publicUrl !== undefined && { [ENV.publicBaseUrl]: `${publicUrl}${SCIM_BASE}` }),
      ...(table.regions.length > 0 && { [ENV.regions]: table.regions.join() }),
      NODE_OPTIONS: nodeOptions(name),
      ...environment,
    },
  })
  waitForRights(fn.node.defaultChild as CfnFunction, role)
  return fn
}

/** The library makes a function wait for its role too, which it names anyway: cfn-lint warns of that. */
export function waitForRights(fn: CfnFunction, role: Role): void {
  const policy = role.node.findChild('DefaultPolicy').node.defaultChild as CfnPolicy
  fn.addOverride('DependsOn', [policy.logicalId])
}

/** What is streamed is garbage at once: with little room for it, it is collected while there is little of it. */
const nodeOptions = (name: LambdaName | BackgroundName) =>
  ['--disable-proto=delete', ...(STREAMING.has(name) ? ['--max-semi-space-size=4'] : [])].join(' ')

/** A role with nothing but its own log group and its own part of the table. */
function functionRole(scope: Construct, name: string, logGroup: LogGroup, table: ScimTable): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  for (const statement of tableStatements(name, table.arns, { isFenced: table.regions.length > 0 }))
    role.addToPolicy(statement)
  if (table.key) role.addToPolicy(keyStatement(table.key))
  return role
}

/** What the deployment lacks that code is for; regions are what the functions are told of them. */
export const partsWithout = ({
  settings,
  table,
}: {
  settings: Pick<ServiceSettings, Exclude<OptionalPart, 'regions'>>
  table: Pick<ScimTable, 'regions'>
}): OptionalPart[] =>
  OPTIONAL_PARTS.filter((part) => (part === 'regions' ? table.regions.length === 0 : !settings[part]))

/** Bundled on this machine by esbuild; no Docker is asked for. */
function bundledCode(name: LambdaName | BackgroundName, without: readonly OptionalPart[]): Code {
  const tryBundle = (folder: string) => {
    execFileSync(process.execPath, [join(import.meta.dirname, 'bundling', 'main.ts'), name, folder, ...without], {
      stdio: 'inherit',
    })
    return true
  }
  return Code.fromAsset(dirname(entryOf(name)), {
    assetHashType: AssetHashType.OUTPUT,
    // The library bundles once for equal options, to which what it calls does not belong.
    bundling: {
      image: DockerImage.fromRegistry('not-used'),
      local: { tryBundle },
      environment: { without: without.join() },
    },
  })
}
