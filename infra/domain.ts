import { CfnOutput } from 'aws-cdk-lib'
import { BasePathMapping, DomainName, EndpointType, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'
import { isHome, ownRegion, type Twin } from './twin.ts'

/** The address behind the settings' domain, without a slash at its end; nothing where there is no domain. */
export const domainUrl = ({ domainName, domainBasePath }: ServiceSettings): string | undefined =>
  domainName && `https://${domainName}${domainBasePath === undefined ? '' : `/${domainBasePath}`}`

export interface DomainProps {
  settings: ServiceSettings & { domainName: string; certificateArn: string }
  api: RestApi
  twin: Twin | undefined
}

/** The domain that clients keep through every later change, mapped to the stage, with its record where a zone is named. */
export class Domain extends Construct {
  constructor(scope: Construct, id: string, { settings, api, twin }: DomainProps) {
    super(scope, id)
    const { domainName, domainBasePath, certificateArn, hostedZoneId } = settings
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    })
    // Without the stage in the mapping, its name would be part of every path.
    new BasePathMapping(this, 'Mapping', {
      domainName: domain,
      restApi: api,
      stage: api.deploymentStage,
      ...(domainBasePath !== undefined && { basePath: domainBasePath }),
    })
    const [target, zone] = [domain.domainNameAliasDomainName, domain.domainNameAliasHostedZoneId]
    if (hostedZoneId === undefined) {
      this.#tell('DomainTarget', target, `What the record of ${domainName} has to point to: a CNAME, or an alias`)
      this.#tell('DomainTargetZone', zone, 'The zone that an alias record names beside its target')
      return
    }
    this.#addRecords({ name: `${domainName}.`, hostedZoneId, target: { dnsName: target, hostedZoneId: zone } }, twin)
  }

  /**
   * With two regions the domain's record leads to a name that has a record for each. A record cannot become one of several, but
   * where it leads to changes in one step: so a running deployment gets its second region without an hour in which nobody finds it.
   */
  #addRecords({ name, hostedZoneId, target }: Records, twin: Twin | undefined): void {
    const record = { hostedZoneId, type: 'A' }
    if (!twin) {
      new CfnRecordSet(this, 'Record', { ...record, name, aliasTarget: target })
      return
    }
    const chosen = `regions.${name}`
    const ofRegion = new CfnRecordSet(this, 'RecordOfRegion', {
      ...{ ...record, name: chosen, setIdentifier: ownRegion(twin), failover: isHome(twin) ? 'PRIMARY' : 'SECONDARY' },
      aliasTarget: { ...target, evaluateTargetHealth: true },
      ...(isHome(twin) && twin.healthCheckId !== undefined && { healthCheckId: twin.healthCheckId }),
    })
    if (!isHome(twin)) return
    const domain = new CfnRecordSet(this, 'Record', {
      ...{ ...record, name, aliasTarget: { dnsName: chosen, hostedZoneId } },
    })
    domain.addResourceDependency(ofRegion)
  }

  /** CloudFormation wants descriptions as they are: nothing that only the deployment knows can stand in them. */
  #tell(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description }).overrideLogicalId(name)
  }
}

interface Records {
  name: string
  hostedZoneId: string
  target: { dnsName: string; hostedZoneId: string }
}
