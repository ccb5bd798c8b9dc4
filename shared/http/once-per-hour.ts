import { startOfHour } from '../auth/brake.ts'
import { namedId } from '../store/new-id.ts'
import type { AdminContext } from './admin/handler.ts'

/**
 * Has a request that may come at any moment stand once an hour in the history, for each principal: the first one stands for
 * all of its hour, at its beginning (docs/decisions/0037-who-am-i.md).
 */
export function oncePerHour(
  { trail, account, actor, now }: Pick<AdminContext, 'trail' | 'account' | 'actor' | 'now'>,
  what: string,
): void {
  const hour = startOfHour(now)
  trail.standsFor({ eventId: namedId(hour, [account, actor, what].join('\n')), time: new Date(hour).toISOString() })
}
