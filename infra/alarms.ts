import { ArnFormat, Stack } from 'aws-cdk-lib'
import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'

export interface ScimAlarmProps extends Pick<AlarmProps, 'metric' | 'threshold'> {
  /** What it means that the metric is above the threshold. */
  says: string
  /** The heading in docs/runbook.md that says what to do. */
  entry: string
  /** For how many periods in a row. */
  periods?: number
}

/** Makes the service's alarms, and tells whoever the settings name of each. */
export class Alarms extends Construct {
  readonly #target: ITopic | undefined

  constructor(scope: Construct, id: string, { alarmTarget }: ServiceSettings) {
    super(scope, id)
    if (alarmTarget !== undefined) this.#target = this.#targetOf(alarmTarget)
  }

  /** Adds an alarm below `parent`; no data is no alarm. */
  add(parent: Construct, id: string, { says, entry, periods = 1, metric, threshold }: ScimAlarmProps): void {
    const alarm = new Alarm(parent, id, {
      metric,
      threshold,
      alarmDescription: `${says} (docs/runbook.md, "${entry}")`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    if (!this.#target) return
    const action = new SnsAction(this.#target)
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
  }

  /** A topic that is there has a policy of its own; the one that is made for an address takes alarms of this account. */
  #targetOf(target: string): ITopic {
    if (target.startsWith('arn:')) return Topic.fromTopicArn(this, 'Topic', target)
    const topic = new Topic(this, 'Topic', { displayName: 'Rolecall', enforceSSL: true })
    topic.addSubscription(new EmailSubscription(target))
    const { account } = Stack.of(this)
    const alarms = Stack.of(this).formatArn({
      ...{ service: 'cloudwatch', resource: 'alarm', resourceName: '*' },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': alarms } },
      }),
    )
    return topic
  }
}
