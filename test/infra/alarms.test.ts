import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { anchorOf } from '../../infra/alarms.ts'
import { parseDeployment } from '../../infra/config/config.ts'
import { addStacks } from '../../infra/stacks.ts'
import { synthesize } from '../../local/synthesize.ts'
import { METRICS } from '../../shared/http/metric.ts'
import { CERTIFICATE, fullTemplate, newApp, resourcesOf } from './stack.ts'

const docs = join(import.meta.dirname, '..', '..', 'docs')
const runbook = readFileSync(join(docs, 'runbook.md'), 'utf8')
/** Heading → what stands below it. */
const entries = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part]),
)

// biome-ignore lint/suspicious/noExplicitAny: tests look into templates of their own making
type Properties = Record<string, any>
const all = fullTemplate()
const inAll = (type: string): Properties[] =>
  Object.values(all.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties as Properties)
const alarms = inAll('AWS::CloudWatch::Alarm')
const composites = inAll('AWS::CloudWatch::CompositeAlarm')
const named = [...alarms, ...composites]
const nameOf = ({ AlarmName }: Properties) => String(AlarmName).replace(/^rolecall-(?:staging-)?/, '')

/** Those that there are where a second region is. */
function ofTwoRegions(): Properties[] {
  const deployment = parseDeployment({ ...TWO, certificateArn: CERTIFICATE, hostedZoneId: 'Z0123456789ABC' })
  const { ground, home } = addStacks(newApp(), deployment)
  const found = [ground, home].flatMap((stack) =>
    stack ? Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')) : [],
  )
  const others = named.map(nameOf)
  return found.map(({ Properties }) => Properties).filter((alarm) => !others.includes(nameOf(alarm)))
}
const TWO = {
  ...{ regions: ['eu-west-1', 'eu-central-1'], domainName: 'scim.example.com' },
  secondRegion: { certificateArn: CERTIFICATE.replace('eu-west-1', 'eu-central-1') },
}

describe('alarms and the runbook are in step', () => {
  const rows = [...runbook.matchAll(/^\| (?:\*\*)?`(\w+)`(?:\*\*)? \| .+ \| \[(.+)\]\(#(.+)\) \|$/gm)].map(
    ([, name, entry, anchor]) => ({ name, entry, anchor }),
  )

  test('each alarm has its row, each row its alarm, and both name the same entry', () => {
    const told = [...named, ...ofTwoRegions()].map((alarm) => [
      nameOf(alarm),
      /\(docs\/runbook\.md, "(.+)"\)$/.exec(alarm.AlarmDescription)?.[1],
    ])
    expect(rows.map(({ name, entry }) => [name, entry]).sort()).toEqual(told.sort())
  })

  test('each entry is there, under that address, and has a command to look with', () => {
    for (const { entry = '', anchor } of rows) {
      expect([entry, anchor]).toEqual([entry, anchorOf(entry)])
      expect(entries.get(entry)).toMatch(/\.\/rolecall |aws \w+ /)
    }
  })

  test('no alarm is told of otherwise by another name', () => {
    const spoken = [...runbook.matchAll(/\balarms? `(\w+)`/g)].map(([, name]) => name)
    expect(spoken.filter((name) => !named.some((alarm) => nameOf(alarm) === name))).toEqual([])
  })

  test('an address of the runbook of your own is where they lead', () => {
    const { template } = synthesize({ runbookUrl: 'https://wiki.example.com/rolecall/runbook' })
    const told = Object.values(template.Resources).map(({ Properties }) => String(Object(Properties).AlarmDescription))
    expect(told).toContain(
      'Events cannot be stored, so requests are refused (https://wiki.example.com/rolecall/runbook#503-its-audit-event-could-not-be-stored)',
    )
  })
})

describe('what the gateway itself refuses has its row', () => {
  const details = inAll('AWS::ApiGateway::GatewayResponse').map(({ StatusCode, ResponseTemplates }) => [
    StatusCode,
    JSON.parse(ResponseTemplates['application/scim+json']).detail,
  ])

  test.each(['403', '429'])('%s', (status) => {
    const rows = [...(entries.get(status) ?? '').matchAll(/^\| `(.+?)(?:\.\.\.)?`/gm)].map(([, text = '']) =>
      text.trim(),
    )
    const texts = details.filter(([code]) => code === status).map(([, detail]) => String(detail))
    expect(texts.length).toBeGreaterThan(1)
    expect(texts.filter((text) => !rows.some((row) => text.startsWith(row)))).toEqual([])
  })
})

/** The members of a group. */
const ruleOf = ({ AlarmRule }: Properties) =>
  (AlarmRule['Fn::Join'][1] as unknown[]).flatMap((part) =>
    typeof part === 'string' ? [] : [nameOf(Object(all.Resources[Object(part)['Fn::GetAtt'][0]]).Properties)],
  )

describe('what storms is told once', () => {
  const byName = Object.fromEntries(composites.map((one) => [nameOf(one), one]))

  test('by one alarm for each group, which keeps still while the cause rings', () => {
    expect(Object.fromEntries(composites.map((one) => [nameOf(one), ruleOf(one)]))).toEqual({
      Overloaded: ['TableThrottled', 'FunctionsThrottled'],
      RequestsFail: ['GatewayFails', 'TokensUnchecked', 'EventsNotStored', 'ClientsThrottled'],
      WorkStuck: [...['ChangesOld', 'WorkLate', 'WorkPilesUp', 'StreamLate', 'ScheduleFails']],
    })
    expect(byName.Overloaded).not.toHaveProperty('ActionsSuppressor')
    for (const { ActionsSuppressor, ...one } of [byName.RequestsFail ?? {}, byName.WorkStuck ?? {}]) {
      const cause = Object(all.Resources[ActionsSuppressor['Fn::GetAtt'][0]]).Properties
      expect([nameOf(cause), one.ActionsSuppressorWaitPeriod, one.ActionsSuppressorExtensionPeriod]).toEqual([
        ...['Overloaded', 120, 300],
      ])
    }
  })

  test('and by none of its members', () => {
    const members = composites.flatMap(ruleOf)
    const silent = alarms.filter(({ AlarmActions }) => AlarmActions === undefined).map(nameOf)
    expect(silent.sort()).toEqual(members.sort())
    expect(
      composites.filter(({ AlarmActions, OKActions }) => AlarmActions?.length !== 1 || OKActions?.length !== 1),
    ).toEqual([])
  })

  test('where nobody is told there are none, since they would cost for nothing', () => {
    expect(resourcesOf('AWS::CloudWatch::CompositeAlarm')).toEqual([])
  })
})

test('no data is no alarm, but of what is told each minute: it is made when the schedule has run', () => {
  const ringing = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching')
  expect(ringing).toMatchObject([
    {
      ...{ MetricName: 'HoursSinceWatch', Statistic: 'Maximum', Period: 300, EvaluationPeriods: 3, Threshold: 2 },
      TreatMissingData: 'breaching',
    },
  ])
  expect(ringing.map(nameOf)).toEqual(['SchedulesStopped'])
  const [made] = Object.values(all.Resources).filter(({ Properties }) => Properties === ringing[0])
  const stages = Object.keys(all.Resources).filter((id) => all.Resources[id]?.Type === 'AWS::ApiGateway::Stage')
  expect(Object(made).DependsOn).toEqual(expect.arrayContaining(stages))
})

test('no alarm of a group goes on ringing after its cause is mended: a queue of dead letters rings by itself', () => {
  const members = composites.flatMap(ruleOf)
  const sticky = alarms.filter(({ MetricName, Dimensions }) => {
    const [{ Value } = { Value: {} }] = Dimensions ?? []
    return /^Approx|^NumberOf/.test(MetricName) && /Failed|Unheard/.test(JSON.stringify(Value))
  })
  expect(sticky.map(nameOf)).toEqual(['WorkFailed', 'DoorbellsFailed'])
  expect(sticky.filter((alarm) => members.includes(nameOf(alarm)) || alarm.AlarmActions?.length !== 1)).toEqual([])
})

test('what the gateway and the firewall refuse rings, by the names under which it is counted', () => {
  const told = alarms.filter((alarm) => ['GatewayThrottles', 'FirewallBlocks'].includes(nameOf(alarm)))
  expect(
    told.map(({ Namespace, MetricName, Dimensions, Statistic, Period, EvaluationPeriods, Threshold, ...alarm }) => ({
      ...{ Namespace, MetricName, Statistic, Period, EvaluationPeriods, Threshold },
      by: Object.fromEntries(Dimensions.map(({ Name, Value }: Properties) => [Name, Value])),
      told: alarm.AlarmActions.length,
    })),
  ).toEqual([
    {
      ...{ Namespace: 'Rolecall', MetricName: 'GatewayThrottles', Statistic: 'Sum', Period: 300 },
      ...{ EvaluationPeriods: 3, Threshold: 100, by: { service: 'rolecall-staging' }, told: 1 },
    },
    {
      ...{ Namespace: 'AWS/WAFV2', MetricName: 'BlockedRequests', Statistic: 'Sum', Period: 300 },
      ...{ EvaluationPeriods: 2, Threshold: 300, told: 1 },
      by: { WebACL: 'rolecall-staging-firewall', Rule: 'ALL', Region: 'eu-west-1' },
    },
  ])
  const [acl] = inAll('AWS::WAFv2::WebACL')
  expect(acl?.VisibilityConfig.MetricName).toBe('rolecall-staging-firewall')
})

test('without a firewall nobody looks at one', () => {
  expect(resourcesOf('AWS::CloudWatch::Alarm').filter(([, { Namespace }]) => Namespace === 'AWS/WAFV2')).toEqual([])
})

test('no alarm looks at what is off by default', () => {
  const looked = JSON.stringify(resourcesOf('AWS::CloudWatch::Alarm'))
  // Metrics of a method name it, and those of an integration name that.
  for (const dimension of ['"Method"', '"Resource"', '"integration"']) expect(looked).not.toContain(dimension)
})

test('the table of metrics says each one, with its unit and its dimensions', () => {
  const page = readFileSync(join(docs, 'metrics.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| (.+?) \| .+ \|$/gm)].map(([, name, unit, by]) => [
    name,
    unit,
    by,
  ])
  const said = {
    service: 'none',
    outcome: '`outcome`',
    reason: '`reason`',
    invariant: '`invariant`',
    integration: '`account`, `integration`',
  }
  const expected = Object.entries(METRICS).map(([name, { unit, by }]) => [
    name,
    unit,
    by.map((set) => said[set]).join('; '),
  ])
  expect(rows).toEqual(expected)
})
