import { afterEach, expect, test, vi } from 'vitest'
import { metric } from '../../../shared/http/metric.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('metric() writes one line in the embedded metric format, with its dimensions and nothing else', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  metric('DaysToTokenExpiry', 29, { account: 'default', integration: 'OKTA' }, new Date('2026-08-31T10:00:00.000Z'))
  expect(write).toHaveBeenCalledTimes(1)
  const text = String(write.mock.calls[0]?.[0])
  expect(text).toMatch(/^\{.*\}\n$/)
  expect(JSON.parse(text)).toEqual({
    _aws: {
      Timestamp: Date.parse('2026-08-31T10:00:00.000Z'),
      CloudWatchMetrics: [
        {
          Namespace: 'Rolecall',
          Dimensions: [['account', 'integration']],
          Metrics: [{ Name: 'DaysToTokenExpiry', Unit: 'Count' }],
        },
      ],
    },
    account: 'default',
    integration: 'OKTA',
    DaysToTokenExpiry: 29,
  })
})
