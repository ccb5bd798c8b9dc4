import { ArnFormat, Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  type AlarmBase,
  type AlarmProps,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { ServiceSettings } from './config/settings.ts'

/** Alarms that one cause sets off together: they are told once, by one that stands for them. */
const GROUPS = {
  overload: { id: 'Overloaded', says: 'Table or functions are throttled', entry: 'Throttling' },
  requests: { id: 'RequestsFail', says: 'Requests fail or are turned away', entry: 'Requests that fail' },
  work: { id: 'WorkStuck', says: 'Changes are not being finished', entry: 'Unfinished changes' },
} as const
type GroupName = keyof typeof GROUPS

/** What sets off the others: while it lasts, they are told to nobody. */
const CAUSE: GroupName = 'overload'
/** In which the cause has to be seen too, and in which what follows from it has to be over. */
const WAIT = { actionsSuppressorWaitPeriod: Duration.minutes(2), actionsSuppressorExtensionPeriod: Duration.minutes(5) }

export interface ScimAlarmProps extends Pick<AlarmProps, 'metric' | 'threshold'> {
  /** What it means that the metric is above the threshold. */
  says: string
  /** The heading in docs/runbook.md that says what to do. */
  entry: string
  /** For how many periods in a row. */
  periods?: number
  /** Whether it means so below the threshold. */
  isBelow?: boolean
  /**
   * What no data means, which is quiet otherwise: of what is sent at all hours it rings too, or nobody hears that it
   * stopped; or nothing is known then, and what was said before holds for whoever reads on.
   */
  withoutData?: 'rings' | 'unknown'
  /** With which others it is told. */
  group?: GroupName
}

const WITHOUT_DATA = { rings: TreatMissingData.BREACHING, unknown: TreatMissingData.MISSING }

/** Makes the service's alarms, and tells whoever the settings name of each. */
export class Alarms extends Construct {
  readonly #settings: ServiceSettings
  readonly #target: ITopic | undefined
  readonly #all: AlarmBase[] = []
  readonly #grouped = new Map<GroupName, Alarm[]>()

  constructor(scope: Construct, id: string, settings: ServiceSettings) {
    super(scope, id)
    this.#settings = settings
    if (settings.alarmTarget !== undefined) this.#target = this.#targetOf(settings.alarmTarget)
  }

  /** Each, in the order in which they were added. */
  get all(): readonly AlarmBase[] {
    return this.#all
  }

  /** Adds an alarm below `parent`; no data is no alarm, unless it is said to be. */
  add(parent: Construct, id: string, { group, periods = 1, ...props }: ScimAlarmProps): Alarm {
    const { metric, threshold, isBelow, withoutData } = props
    const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator
    const alarm = new Alarm(parent, id, {
      ...{ metric, threshold },
      ...this.#named(id, props),
      comparisonOperator: isBelow ? LESS_THAN_THRESHOLD : GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: withoutData ? WITHOUT_DATA[withoutData] : TreatMissingData.NOT_BREACHING,
    })
    this.#all.push(alarm)
    if (group) this.#grouped.set(group, [...(this.#grouped.get(group) ?? []), alarm])
    else this.#tell(alarm)
    return alarm
  }

  /** Tells of each group by one alarm, once all are added. Where nobody is told, nobody needs it. */
  tellGroups(): void {
    if (!this.#target) return
    const cause = this.#standFor(CAUSE)
    for (const group of Object.keys(GROUPS) as GroupName[]) {
      if (group !== CAUSE) this.#standFor(group, { actionsSuppressor: cause, ...WAIT })
    }
  }

  #standFor(group: GroupName, suppressor: object = {}): CompositeAlarm {
    const { id, ...props } = GROUPS[group]
    const { alarmName, alarmDescription } = this.#named(id, props)
    const alarmRule = AlarmRule.anyOf(...(this.#grouped.get(group) ?? []))
    const alarm = new CompositeAlarm(this, id, {
      ...{ compositeAlarmName: alarmName, alarmDescription, alarmRule },
      ...suppressor,
    })
    this.#tell(alarm)
    return alarm
  }

  #named(id: string, { says, entry }: Pick<ScimAlarmProps, 'says' | 'entry'>) {
    const { name, runbookUrl } = this.#settings
    const where = runbookUrl === undefined ? `docs/runbook.md, "${entry}"` : `${runbookUrl}#${anchorOf(entry)}`
    return { alarmName: `${name}-${id}`, alarmDescription: `${says} (${where})` }
  }

  #tell(alarm: AlarmBase): void {
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

/** As Markdown names a heading in an address. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
