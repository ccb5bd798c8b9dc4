/** A question of the archive that is kept with it; a file of `export` answers it too, word for word. */
export interface SavedQuery {
  name: string
  says: string
  sql: string
}

/** The time so many days ago, as events write it: both databases have these functions, the file by our own hand. */
const daysAgo = (days: number, format: string): string => `date_format(date_add('day', -${days}, now()), '${format}')`
const TIME = '%Y-%m-%d %H:%i:%s'
const DAY = '%Y-%m-%d'

/** What every question names first: Athena reads the days of one account only. The account is to be put in its place. */
const withinDays = (days: number): string =>
  `account = 'default'
  AND day >= ${daysAgo(days, DAY)}
  AND event_timestamp >= ${daysAgo(days, TIME)}`

/** Rows come some twenty minutes late: the last minutes of the clock would always be empty, so they are those of the newest row. */
const LATELY = `account = 'default'
  AND day >= ${daysAgo(1, DAY)}`
const NEWEST = `date_parse(substr(max(event_timestamp), 1, 19), '${TIME}')`

/** What makes rows that `audit verify --file` takes. */
export const DIGESTS_QUERY = 'events-for-digests'

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'last-five-minutes',
    says: 'The last five minutes that have come to the archive, some twenty minutes ago, at most 200 requests, the newest first',
    sql: `SELECT DISTINCT event_timestamp, event_id, event_type, endpoint, method, status, error_code, client_ip, actor_name,
  actor_domain, resource_name, resource_domain, details
FROM archived_events
WHERE ${LATELY}
  AND event_timestamp >= (
    SELECT date_format(date_add('minute', -5, ${NEWEST}), '${TIME}')
    FROM archived_events
    WHERE ${LATELY.replace('\n', '\n    ')}
  )
ORDER BY event_timestamp DESC, event_id DESC
LIMIT 200`,
  },
  {
    name: 'who-changed-what',
    says: 'Every change of the last 30 days: who made it, to what, and the values before and after',
    sql: `SELECT DISTINCT event_timestamp, event_id, actor_name, actor_domain, method, resource_domain, resource_name,
  resource_id, details
FROM archived_events
WHERE ${withinDays(30)}
  AND http_status < 400
  AND json_extract(details, '$.changes') IS NOT NULL
ORDER BY event_timestamp DESC, event_id DESC`,
  },
  {
    name: 'active-users',
    says: 'The users that were changed in the last 30 days, those with most changes first',
    sql: `SELECT resource_id, max(resource_name) AS user_name, count(DISTINCT event_id) AS changes,
  max(event_timestamp) AS last_change
FROM archived_events
WHERE ${withinDays(30)}
  AND resource_domain = 'USER'
  AND http_status < 400
  AND json_extract(details, '$.changes') IS NOT NULL
GROUP BY resource_id
ORDER BY changes DESC, last_change DESC`,
  },
  {
    name: DIGESTS_QUERY,
    says: 'Every event of the last 31 days with all its columns, to be held against its digest',
    sql: `SELECT DISTINCT account, event_timestamp, event_id, event_type, endpoint, method, status, error_code, details,
  client_ip, actor_name, actor_domain, resource_name, resource_domain, http_status, resource_id, duration_ms
FROM archived_events
WHERE account = 'default'
  AND day >= ${daysAgo(31, DAY)}
ORDER BY event_timestamp, event_id`,
  },
]
