import { RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigateway'
import { Unit } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type MetricName, NAMESPACE } from '../shared/http/metric.ts'
import type { ServiceSettings } from './config/settings.ts'

/** What a line says of a request: no header, no body and no query string. */
const LINE = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
  sourceIp: '$context.identity.sourceIp',
  clientKeyId: '$context.identity.apiKeyId',
  authorizerLatencyMs: '$context.authorizer.latency',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integration.error',
}

/** The gateway's own answers of 429, by the share of a client or by that of all; those of functions have no such word. */
const THROTTLED = ['THROTTLED', 'QUOTA_EXCEEDED'].map((error) => FilterPattern.stringValue('$.error', '=', error))
const NAME: MetricName = 'GatewayThrottles'

/** The gateway's log, where each line names the deployment as those of its functions do, and the one metric that is made of it. */
export function accessLog(scope: Construct, { name, logRetentionDays }: ServiceSettings) {
  const logGroup = new LogGroup(scope, 'AccessLogs', {
    retention: logRetentionDays,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  // Without a value for lines that do not match, it is paid for in the hours in which somebody is throttled.
  new MetricFilter(scope, NAME, {
    logGroup,
    filterPattern: FilterPattern.any(...THROTTLED),
    ...{ metricNamespace: NAMESPACE, metricName: NAME, metricValue: '1', unit: Unit.COUNT },
    dimensions: { service: '$.service' },
  })
  return {
    accessLogDestination: new LogGroupLogDestination(logGroup),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify({ service: name, ...LINE })),
  }
}
