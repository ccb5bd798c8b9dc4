import { expect, test } from 'vitest'
import { METRICS, type MetricName } from '../../shared/http/metric.ts'
import { fullTemplate, resourcesOf, theOnly } from './stack.ts'

/** The body as AWS reads it, with references by what they refer to. */
const bodyOf = ({ DashboardBody }: { DashboardBody?: { 'Fn::Join': [string, (string | object)[]] } }) =>
  JSON.parse(
    (DashboardBody?.['Fn::Join'][1] ?? [])
      .map((part) => (typeof part === 'string' ? part : `<${Object.values(part).flat().join('.')}>`))
      .join(''),
  )
interface Widget {
  type: string
  x: number
  y: number
  width: number
  height: number
  properties: { title?: string; metrics?: unknown[][]; markdown?: string; alarms?: string[]; query?: string }
}
const widgets: Widget[] = bodyOf(theOnly('AWS::CloudWatch::Dashboard')).widgets
const rowsOf = (title: string, shown = widgets) =>
  shown.filter((widget) => widget.properties.title === title).flatMap(({ properties }) => properties.metrics ?? [])

test('the dashboard is one screen', () => {
  expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBe(24)
  expect(Math.max(...widgets.map(({ y, height }) => y + height))).toBeLessThanOrEqual(20)
})

test('it is called as the deployment, leads to the runbook, and shows every alarm', () => {
  expect(theOnly('AWS::CloudWatch::Dashboard').DashboardName).toBe('rolecall')
  const [text, status] = widgets
  expect(text?.properties.markdown).toContain('docs/runbook.md')
  expect(status?.properties.alarms).toHaveLength(resourcesOf('AWS::CloudWatch::Alarm').length)
})

test('it shows health, traffic and what is paid for', () => {
  expect(widgets.map(({ properties: { title } }) => title)).toEqual([
    ...[undefined, 'Alarms'],
    ...['Requests by outcome', 'Time until the answer, ms', 'Failures', 'Tokens refused, by reason'],
    ...['Changes that are not finished', 'Waiting, seconds', 'Conflicts and brakes', 'Integrations'],
    ...['Units of the table', 'Requests and invocations', 'Functions run, seconds', 'Who asks for how much'],
  ])
})

test('of our own metrics it asks for those that are sent, under the dimensions that they are sent under', () => {
  const ours = widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === 'Rolecall')
  for (const [, name, ...rest] of ours) {
    const by: readonly string[] = METRICS[name as MetricName].by
    const dimensions = rest.filter((part) => typeof part === 'string')
    expect([name, dimensions.slice(-2)]).toEqual([name, ['service', 'rolecall']])
    expect(by).toContain(dimensions.length === 2 ? 'service' : dimensions[0])
  }
  expect(ours.length).toBeGreaterThan(10)
  expect(rowsOf('Requests by outcome').map(labelOf)).toEqual([
    ...['ok', 'refused', 'conflict', 'throttled', 'failed', '429 of the gateway'],
  ])
  expect(rowsOf('Tokens refused, by reason')).toEqual([
    [
      {
        expression: `SEARCH('{Rolecall,service,reason} MetricName="RefusedTokens" service="rolecall"', 'Sum', 300)`,
      },
    ],
  ])
})

/** What stands at the end of a row. */
const labelOf = (row: unknown[]) => Object(row.at(-1)).label

test('what the firewall blocks is an outcome too, where there is one', () => {
  const { Properties } = Object.values(fullTemplate().Resources).find(({ Type }) => Type.endsWith('::Dashboard')) ?? {}
  const rows = rowsOf('Requests by outcome', bodyOf(Object(Properties)).widgets)
  expect(rows.slice(-2)).toEqual([
    [...['Rolecall', 'GatewayThrottles', 'service', 'rolecall-staging'], expect.anything()],
    [
      ...['AWS/WAFV2', 'BlockedRequests', 'Region', 'eu-west-1', 'Rule', 'ALL', 'WebACL', 'rolecall-staging-firewall'],
      expect.anything(),
    ],
  ])
  expect(rows.slice(-2).map(labelOf)).toEqual(['429 of the gateway', 'blocked by the firewall'])
})

test('what is asked of the log is every function, and nothing that a line lacks', () => {
  const { query = '' } = widgets.at(-1)?.properties ?? {}
  const groups = resourcesOf('AWS::Lambda::Function').map(
    ([, { LoggingConfig }]) => `SOURCE '<${LoggingConfig.LogGroup.Ref}>'`,
  )
  expect(
    query
      .split(' | ')
      .filter((part) => part.startsWith('SOURCE'))
      .sort(),
  ).toEqual(groups.sort())
  for (const name of ['Requests', 'ReadUnits', 'WriteUnits']) {
    expect(query).toContain(`sum(${name})`)
    expect(METRICS).toHaveProperty(name)
  }
})
