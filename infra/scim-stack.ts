import { type CfnElement, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { SCIM_BASE } from '../shared/http/routes.ts'
import { ScimApi } from './api.ts'
import type { LambdaName } from './bundling.ts'
import type { Deployment } from './config.ts'
import { ScimFunctions } from './functions.ts'
import { ScimTable } from './table.ts'
import { UnfinishedWork } from './unfinished-work.ts'
import { Watch } from './watch.ts'

export interface ScimStackProps extends StackProps {
  deployment: Deployment
}

/** All of Rolecall in one region: the table, the functions, the API. */
export class ScimStack extends Stack {
  /** Logical id in the template → function: the template does not say where a handler's source is. */
  readonly entries: ReadonlyMap<string, LambdaName>

  constructor(scope: Construct, id: string, { deployment, ...props }: ScimStackProps) {
    super(scope, id, props)
    const table = new ScimTable(this, 'Storage')
    const functions = new ScimFunctions(this, 'Functions', { deployment, table })
    new UnfinishedWork(this, 'Work', { deployment, table })
    new Watch(this, 'Watch', { deployment, table })
    const { api } = new ScimApi(this, 'Gateway', { deployment, functions })
    this.entries = new Map(
      [...functions.byName].map(([name, fn]) => [this.getLogicalId(fn.node.defaultChild as CfnElement), name]),
    )
    const adminUrl = api.url.replace(/\/$/, '')
    new CfnOutput(this, 'BaseUrl', { value: `${adminUrl}${SCIM_BASE}`, description: 'SCIM base URL for IdPs' })
    new CfnOutput(this, 'AdminUrl', { value: adminUrl, description: 'ROLECALL_URL for the rolecall CLI' })
    new CfnOutput(this, 'TableName', { value: table.table.tableName })
  }
}
