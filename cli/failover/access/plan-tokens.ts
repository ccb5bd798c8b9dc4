import type { Change, RestEvent } from '../../../shared/audit/rest-event.ts'
import { NOBODY } from '../../../shared/resources/undo/commit-back.ts'
import { describe } from '../../../shared/resources/undo/describe.ts'
import { tokenKey } from '../../../shared/store/keys.ts'
import { revokedActions } from '../../../shared/store/revoked.ts'
import { TABLE } from '../../../shared/store/table.ts'
import type { TokenRecord } from '../../../shared/store/token-record.ts'
import { ttlAfter } from '../../../shared/store/token-ttl.ts'
import type { Action } from '../../../shared/store/transaction.ts'
import type { Planning } from './plan.ts'
import { wantedOf } from './wanted.ts'

/** Tokens: whatever ended one ends it, in whichever epoch; of names the newest epoch decides. */
export function planTokens(planning: Planning): void {
  for (const token of planning.access.tokens.values()) planToken(planning, token)
}

function planToken(planning: Planning, before: TokenRecord): void {
  const { account, now, access, found, historyOf } = planning
  const { tokenId } = before
  const ending = before.revokedAt === undefined ? endingOfToken(planning, before) : undefined
  const rotation = ending || before.revokedAt !== undefined ? undefined : rotationOf(planning, before)
  const name = wantedOf(historyOf('TOKEN', tokenId), 'name')
  const after: TokenRecord = {
    ...before,
    ...(ending && { revokedAt: Math.min(now.getTime(), Date.parse(ending.time)) }),
    ...rotation?.to,
    ...(typeof name?.value === 'string' && { name: name.value }),
  }
  const changes = changesOfToken(before, after)
  if (changes.length === 0) return
  access.tokens.set(tokenId, after)
  const isShut = after.revokedAt !== before.revokedAt || after.expiresAt < before.expiresAt
  found.push({
    ...{ type: 'TOKEN', id: tokenId, name: after.name, changes },
    what: isShut ? 'shut out' : 'applied again',
    says: describe(changes, NOBODY.delta),
    cause: ending ?? rotation?.event ?? name?.event,
    actions: {
      token: tokenAction(before, after),
      ...(after.revokedAt !== before.revokedAt && revokedActions(account, [tokenId], now.getTime())),
    },
  })
}

const isoOf = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

function changesOfToken(before: TokenRecord, after: TokenRecord): Change[] {
  const sides = [before, after].map(({ name, expiresAt, revokedAt, rotatedTo }) => ({
    ...{ name, expiresAt: isoOf(expiresAt), revokedAt: isoOf(revokedAt) },
    rotatedTo: rotatedTo && { tokenId: rotatedTo },
  }))
  const [was, is] = sides as [(typeof sides)[0], (typeof sides)[0]]
  const names = ['name', 'expiresAt', 'revokedAt', 'rotatedTo'] as const
  return names.flatMap((attribute) => {
    if (JSON.stringify(was[attribute]) === JSON.stringify(is[attribute])) return []
    return [
      { attribute, ...(was[attribute] && { before: was[attribute] }), ...(is[attribute] && { after: is[attribute] }) },
    ]
  })
}

/** The first change that ended a token: its own, that of all tokens of its integration, or that this was dropped or replaced. */
export function endingOfToken({ historyOf }: Planning, token: TokenRecord): RestEvent | undefined {
  const own = historyOf('TOKEN', token.tokenId).map(({ event }) => event)
  const all = historyOf('INTEGRATION', token.integration).map(({ event }) => event)
  const endsIt = (event: RestEvent) =>
    (event.changes ?? []).some(
      ({ attribute, after }) => attribute === 'revokedTokens' && Array.isArray(after) && after.includes(token.tokenId),
    ) || endsAll(event, token.createdAt)
  return (
    own.find(({ changes = [] }) =>
      changes.some(({ attribute, after }) => attribute === 'revokedAt' && after !== undefined),
    ) ?? all.find(endsIt)
  )
}

/** Whether an integration was dropped or replaced after something was made that gets into it. */
export const endsAll = ({ method, endpoint, status, changes = [], time }: RestEvent, createdAt: number): boolean =>
  createdAt < Date.parse(time) &&
  ((method === 'POST' && endpoint === 'admin/integrations' && status === 200) ||
    changes.some(({ attribute, before, after }) => attribute === 'name' && before !== undefined && after === undefined))

/** The end that a token has for the one that replaces it: the earliest, for the one that the newest epoch made. */
function rotationOf({ access, historyOf }: Planning, { tokenId, expiresAt, rotatedTo }: TokenRecord) {
  const rotations = historyOf('TOKEN', tokenId).flatMap(({ event }) => {
    const afterOf = (name: string) => event.changes?.find(({ attribute }) => attribute === name)?.after
    const successor: unknown = Object(afterOf('rotatedTo')).tokenId
    // Who would take over has not arrived: that is told by the report.
    if (typeof successor !== 'string' || !access.tokens.has(successor)) return []
    const endsAt = Date.parse(String(afterOf('expiresAt')))
    return [{ event, successor, endsAt: Number.isNaN(endsAt) ? expiresAt : endsAt }]
  })
  const last = rotations.at(-1)
  if (!last) return undefined
  const endsAt = Math.min(expiresAt, ...rotations.map((one) => one.endsAt))
  if (endsAt === expiresAt && rotatedTo === last.successor) return undefined
  return { event: last.event, to: { expiresAt: endsAt, rotatedTo: last.successor } }
}

function tokenAction(before: TokenRecord, after: TokenRecord): Action {
  const { name, expiresAt, revokedAt, rotatedTo } = after
  const set = {
    ...{ '#name': name, '#expires': expiresAt },
    '#ttl': ttlAfter(Math.min(revokedAt ?? expiresAt, expiresAt)),
    ...(revokedAt !== undefined && { '#revoked': revokedAt }),
    ...(rotatedTo !== undefined && { '#rotated': rotatedTo }),
  }
  const names = { '#name': 'name', '#expires': 'expiresAt', '#ttl': TABLE.timeToLiveAttribute, '#revoked': 'revokedAt' }
  return {
    Update: {
      Key: tokenKey(before.tokenId),
      UpdateExpression: `SET ${Object.keys(set)
        .map((one) => `${one} = ${one.replace('#', ':')}`)
        .join(', ')}`,
      ConditionExpression: `#name = :wasName AND #expires = :wasExpires AND attribute_${before.revokedAt === undefined ? 'not_' : ''}exists(#revoked)`,
      ExpressionAttributeNames: { ...names, ...(rotatedTo !== undefined && { '#rotated': 'rotatedTo' }) },
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([one, value]) => [one.replace('#', ':'), value])),
        ...{ ':wasName': before.name, ':wasExpires': before.expiresAt },
      },
    },
  }
}
