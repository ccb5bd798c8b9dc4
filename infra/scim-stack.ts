import { CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Deployment } from './config/settings.ts'
import { ScimService } from './scim-service.ts'

/** The service in a stack of its own, which says where it is. */
export class ScimStack extends Stack {
  readonly service: ScimService

  constructor(
    scope: Construct,
    { awsAccount: account, regions, tags, terminationProtection, ...settings }: Deployment,
  ) {
    const [region] = regions
    super(scope, settings.name, {
      description: 'Rolecall: SCIM 2.0 provisioning, administration and event history',
      terminationProtection,
      ...((account || region) && { env: { ...(account && { account }), ...(region && { region }) } }),
    })
    this.service = new ScimService(this, 'Service', settings)
    for (const [key, value] of Object.entries(tags)) Tags.of(this.service).add(key, value)
    this.#tell('BaseUrl', this.service.baseUrl, 'SCIM base URL for identity providers')
    this.#tell('AdminUrl', this.service.adminUrl, 'ROLECALL_URL for the rolecall CLI')
    const { auditorPolicyArn } = this.service
    if (auditorPolicyArn) this.#tell('AuditorPolicy', auditorPolicyArn, 'What lets somebody ask the archive by Athena')
    this.#tell('TableName', this.service.table.tableName, 'The table, which can be taken over by another stack')
  }

  #tell(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description })
  }
}
