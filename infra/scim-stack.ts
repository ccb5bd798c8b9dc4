import { CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Deployment } from './config/settings.ts'
import { ScimService } from './scim-service.ts'
import { isHome, type Twin } from './twin.ts'

/** The service in a stack of its own, which says where it is. */
export class ScimStack extends Stack {
  readonly service: ScimService

  constructor(scope: Construct, deployment: Deployment, twin?: Twin) {
    const { settings, ...place } = placeOf(deployment)
    super(scope, stackNameOf(deployment, twin), {
      description: 'Rolecall: SCIM 2.0 provisioning, administration and event history',
      ...place,
    })
    const { tags } = deployment
    this.service = new ScimService(this, 'Service', settings, twin)
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

/** Of the home region the stack has the name alone, as it has where there is no other. */
const stackNameOf = ({ name }: Deployment, twin: Twin | undefined): string =>
  twin && !isHome(twin) ? `${name}-${twin.other}` : name

/** Where a stack of a deployment is, in the first of its regions, and what is its service's own. */
export function placeOf(deployment: Deployment) {
  const {
    awsAccount: account,
    regions,
    secondRegion: _other,
    tags: _tags,
    terminationProtection,
    ...settings
  } = deployment
  const [region] = regions
  const env = (account || region) && { env: { ...(account && { account }), ...(region && { region }) } }
  return { settings, terminationProtection, ...env }
}
