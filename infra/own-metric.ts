import { Duration } from 'aws-cdk-lib'
import { Metric, type MetricProps, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { METRICS, type MetricName, NAMESPACE } from '../shared/http/metric.ts'
import type { ServiceSettings } from './config/settings.ts'

/** What is looked at of a metric that the lines of this deployment carry. */
export interface OwnMetricProps extends Pick<MetricProps, 'statistic' | 'period' | 'label'> {
  /** One value of the dimension by which it is told. */
  outcome?: string
}

/** In which there are some looks of the watch, whatever minute they fall in: what it tells each hour lasts from one to the next. */
export const LOOKS = Duration.hours(3)

/** One of the metrics that the functions write (`shared/http/metric.ts`): no other can be named. */
export function ownMetric(
  { name }: Pick<ServiceSettings, 'name'>,
  metricName: MetricName,
  { outcome, statistic = Stats.SUM, period = Duration.minutes(5), ...props }: OwnMetricProps = {},
): Metric {
  const set = outcome === undefined ? 'service' : 'outcome'
  if (!(METRICS[metricName].by as readonly string[]).includes(set))
    throw new Error(`${metricName} is not told by ${set}`)
  const dimensionsMap = { service: name, ...(outcome !== undefined && { outcome }) }
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period, ...props })
}
