import * as z from 'zod'
import { unpackChanges } from '../../audit/pack-changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'

const SORT_KEY = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#([0-9a-f-]{36})$/

const changes = z
  .union([z.string(), z.instanceof(Uint8Array)])
  .transform((stored, context) => {
    try {
      return JSON.parse(typeof stored === 'string' ? stored : unpackChanges(stored)) as unknown
    } catch {
      context.addIssue('JSON text, packed or not')
      return z.NEVER
    }
  })
  .pipe(z.array(z.object({ attribute: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })))

/** An event as `item.ts` writes it. */
const item = z.object({
  sk: z.string().regex(SORT_KEY),
  ttl: z.number(),
  type: z.enum(['SCIM', 'ADMIN']),
  path: z.string(),
  verb: z.string(),
  status: z.int(),
  ip: z.string(),
  actor: z.string(),
  via: z.string(),
  req: z.string().default(''),
  token: z.string().optional(),
  agent: z.string().optional(),
  query: z.string().optional(),
  scim: z.string().optional(),
  detail: z.string().optional(),
  rid: z.string().optional(),
  name: z.string().optional(),
  domain: z.string().optional(),
  changes: changes.optional(),
  packed: changes.optional(),
  count: z.int().optional(),
})

export interface StoredEvent {
  event: RestEvent
  /** Its place in the order of time. */
  sortKey: string
  ttlSeconds: number
}

/** Reads an item back; none where it is not an event as we write them, whoever put it there. */
export function parseEventItem(account: string, source: Record<string, unknown>): StoredEvent | undefined {
  const parsed = item.safeParse(source)
  if (!parsed.success) return undefined
  const { sk, ttl, type, path, verb, status, ip, actor, via, req, ...rest } = parsed.data
  const [, time = '', eventId = ''] = SORT_KEY.exec(sk) ?? []
  const who = { clientIp: ip, actorName: actor, actorDomain: via, requestId: req }
  const event = { eventId, account, time, type, endpoint: path, method: verb, status, ...who, ...toOptional(rest) }
  return { event, sortKey: sk, ttlSeconds: ttl }
}

type Optional = Omit<
  z.infer<typeof item>,
  'sk' | 'ttl' | 'type' | 'path' | 'verb' | 'status' | 'ip' | 'actor' | 'via' | 'req'
>

function toOptional({ token, agent, query, scim, detail, rid, name, domain, changes: text, packed, count }: Optional) {
  const rows = text ?? packed
  return {
    ...(token && { tokenId: token }),
    ...(agent && { userAgent: agent }),
    ...(query && { query }),
    ...(scim && { scimType: scim }),
    ...(detail && { detail }),
    ...(rid && { resourceId: rid }),
    ...(name && { resourceName: name }),
    ...(domain && { resourceDomain: domain }),
    ...(rows && { changes: rows }),
    ...(count !== undefined && { count }),
  }
}
