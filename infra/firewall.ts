import { Duration, Stack } from 'aws-cdk-lib'
import type { Stage } from 'aws-cdk-lib/aws-apigateway'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnIPSet, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'

/** WAF counts over these seconds. */
const WINDOW_SECONDS = 300
/** Samples of requests would show their headers, and so tokens, to whoever may read samples. */
const visible = (metricName: string) => ({ metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false })

/** What WAF calls the web ACL among its metrics. */
const aclMetric = ({ name }: Pick<ServiceSettings, 'name'>) => `${name}-firewall`

/** What a firewall blocks by any of its rules, or since no range lets it in; WAF sends it free of charge. */
export const blockedRequests = (scope: Construct, settings: Pick<ServiceSettings, 'name'>, label?: string): Metric =>
  new Metric({
    ...{ namespace: 'AWS/WAFV2', metricName: 'BlockedRequests', statistic: Stats.SUM, period: Duration.minutes(5) },
    dimensionsMap: { WebACL: aclMetric(settings), Rule: 'ALL', Region: Stack.of(scope).region },
    ...(label !== undefined && { label }),
  })

export interface FirewallProps {
  settings: ServiceSettings
  stage: Stage
}

/**
 * A web ACL before the stage: who is known for attacks is refused, who calls far more often than clients may, and, where
 * ranges are given, everybody else than they name. Bodies are not inspected: rules for web pages take SCIM for attacks.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { settings, stage }: FirewallProps) {
    super(scope, id)
    const { allowedRanges, name } = settings
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      description: `Before the API of ${name}`,
      defaultAction: allowedRanges.length > 0 ? { block: {} } : { allow: {} },
      visibilityConfig: visible(aclMetric(settings)),
      rules: [reputationRule(name), rateRule(settings), ...this.#rangeRules(settings)].map((rule, priority) => ({
        ...rule,
        priority,
      })),
    })
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: acl.attrArn,
      resourceArn: Stack.of(this).formatArn({
        ...{ service: 'apigateway', account: '', resource: '/restapis' },
        resourceName: `${stage.restApi.restApiId}/stages/${stage.stageName}`,
      }),
    })
  }

  /** An address set holds addresses of one kind. */
  #rangeRules({ allowedRanges, name }: ServiceSettings): RuleProps[] {
    const isV6 = (range: string) => range.includes(':')
    return (['IPV4', 'IPV6'] as const).flatMap((version) => {
      const addresses = allowedRanges.filter((range) => isV6(range) === (version === 'IPV6'))
      if (addresses.length === 0) return []
      const set = new CfnIPSet(this, `Allowed${version}`, { scope: 'REGIONAL', ipAddressVersion: version, addresses })
      return [
        {
          name: `Allowed${version}`,
          action: { allow: {} },
          statement: { ipSetReferenceStatement: { arn: set.attrArn } },
          visibilityConfig: visible(`${name}-allowed-${version.toLowerCase()}`),
        },
      ]
    })
  }
}

type RuleProps = Omit<CfnWebACL.RuleProperty, 'priority'>

const reputationRule = (name: string): RuleProps => ({
  name: 'KnownForAttacks',
  overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' } },
  visibilityConfig: visible(`${name}-known-for-attacks`),
})

/** Twice what all may send to a path: whoever comes to it alone is no client, and costs an invocation for each guess at a token. */
const rateRule = ({ requestsPerSecond, name }: ServiceSettings): RuleProps => ({
  name: 'TooMany',
  action: { block: {} },
  statement: {
    rateBasedStatement: {
      aggregateKeyType: 'IP',
      limit: 2 * requestsPerSecond * WINDOW_SECONDS,
      evaluationWindowSec: WINDOW_SECONDS,
    },
  },
  visibilityConfig: visible(`${name}-too-many`),
})
