import { expect, test } from 'vitest'
import { isNews } from '../../../console/page/events/news.ts'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { byAdmin, ofAda, rowOf } from '../../factories/sentences.ts'

const news = (events: readonly Partial<RestEvent>[]) => events.map((event) => isNews(rowOf(event)))

test('what an administrator only reads is no news', () => {
  const reads = ['events', 'events/counts', 'admin/integrations', 'admin/users'].map((endpoint) =>
    byAdmin({ method: 'GET', endpoint }),
  )
  expect(news(reads)).toEqual(reads.map(() => false))
})

test('what clients ask, what is changed and what is refused is', () => {
  expect(
    news([
      ofAda({ method: 'GET' }),
      ofAda({ method: 'PATCH' }),
      byAdmin({ method: 'PATCH', endpoint: 'admin/integrations/HR' }),
      byAdmin({ method: 'GET', endpoint: 'admin/integrations', status: 403 }),
    ]),
  ).toEqual([true, true, true, true])
})
