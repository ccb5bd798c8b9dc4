import { type CfnElement, Stack, Token } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { SCIM_BASE } from '../shared/http/routes.ts'
import { Alarms } from './alarms.ts'
import { ScimApi } from './api.ts'
import { Archive } from './archive.ts'
import type { LambdaName } from './bundling.ts'
import { ChangeEvents } from './change-events.ts'
import { parseService } from './config/config.ts'
import type { ScimServiceProps } from './config/props.ts'
import { ScimDashboard } from './dashboard.ts'
import { Digests } from './digests.ts'
import { domainUrl } from './domain.ts'
import { ScimFunctions } from './functions.ts'
import { Heartbeat } from './heartbeat.ts'
import { NightlyCheck } from './nightly-check.ts'
import { Replication } from './replication.ts'
import { RequestAlarms } from './request-alarms.ts'
import { ScimTable } from './table.ts'
import type { Twin } from './twin.ts'
import { UnfinishedWork } from './unfinished-work.ts'
import { Watch } from './watch.ts'

/**
 * All of Rolecall in one region, for any stack: the table, the functions, the API; 350 to 400 resources of the 500 that a
 * stack may have. Several services may stand in one account and region, in a stack each, if each has its `name`.
 * @throws {ConfigError} with a sentence for each prop that cannot be used.
 */
export class ScimService extends Construct {
  readonly api: RestApi
  readonly table: ITableV2
  /** Where identity providers send requests, without a slash at its end. */
  readonly baseUrl: string
  /** What administrators and the CLI call. */
  readonly adminUrl: string
  /** The policy of whoever may ask the archive, where there is one. */
  readonly auditorPolicyArn: string | undefined
  /** Logical id in the template → function: the template does not say where a handler's source is. */
  readonly entries: ReadonlyMap<string, LambdaName>

  /** @param twin where the service has a second region: which of the two this is. */
  constructor(scope: Construct, id: string, props: ScimServiceProps = {}, twin?: Twin) {
    super(scope, id)
    const settings = parseService(props, knownPlaceOf(Stack.of(this)))
    const table = new ScimTable(this, 'Storage', settings, twin)
    const functions = new ScimFunctions(this, 'Functions', { settings, table })
    const alarms = new Alarms(this, 'Alarms', settings)
    const work = new UnfinishedWork(this, 'Work', { settings, table, alarms })
    const { watch } = new Watch(this, 'Watch', { settings, table, alarms })
    const { check } = new NightlyCheck(this, 'Check', { settings, table, alarms })
    if (settings.changeEvents !== false) new ChangeEvents(this, 'ChangeEvents', { settings, changes: work.changes })
    if (settings.archive) {
      const { auditors } = new Archive(this, 'Archive', { settings, key: table.key, alarms, changes: work.changes })
      this.auditorPolicyArn = auditors.managedPolicyArn
    }
    const audit = functions.require('audit')
    const digests = settings.auditDigests && new Digests(this, 'Digests', { settings, table, alarms, audit, watch })
    this.api = new ScimApi(this, 'Gateway', { settings, functions, twin }).api
    new RequestAlarms(this, 'Requests', { settings, alarms, api: this.api, functions, table })
    new Heartbeat(this, 'Heartbeat', { settings, alarms, after: this.api.deploymentStage })
    if (twin) new Replication(this, 'Replication', { alarms, table, twin, after: this.api.deploymentStage })
    alarms.tellGroups()
    const background = [work.changes, work.worker, watch, check, ...(digests ? [digests.notary] : [])]
    const all = [...functions.byName.values(), ...background]
    new ScimDashboard(this, 'Dashboard', { settings, twin, alarms, api: this.api, table, work, functions: all })
    this.table = table.table
    this.adminUrl = domainUrl(settings) ?? this.api.url.replace(/\/$/, '')
    this.baseUrl = `${this.adminUrl}${SCIM_BASE}`
    const idOf = (construct: Construct) => Stack.of(this).getLogicalId(construct.node.defaultChild as CfnElement)
    this.entries = new Map([...functions.byName].map(([name, fn]) => [idOf(fn), name]))
  }
}

/** A stack that is deployed wherever its credentials lead does not know it. */
function knownPlaceOf({ region, account }: Stack): { region?: string; account?: string } {
  return {
    ...(!Token.isUnresolved(region) && { region }),
    ...(!Token.isUnresolved(account) && { account }),
  }
}
