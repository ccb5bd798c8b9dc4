import { ScimError } from '../scim/error.ts'
import type { TokenRecord } from '../store/token-record.ts'
import { putRotation } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'
import { requireIntegration } from './integrations.ts'
import { tokenStatus } from './present-token.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { MAX_NAME, parseRotation } from './token-input.ts'
import { draftToken, requireToken } from './tokens.ts'
import type { IssuedToken } from './views/token.ts'

/** A token in place of another, and when the other one ends. */
export interface RotatedToken extends IssuedToken {
  replaces: { tokenId: string; name: string; expiresAt: string }
}

/**
 * Makes a token in place of another, which goes on for the overlap and then ends by itself, if not before. Without a
 * name it is called like the other one, with its day.
 * @throws {ScimError} 400; 404; 409 when the other one has ended or is replaced already, or there are too many.
 */
export async function rotateToken(context: AdminContext, tokenId: string, input: unknown): Promise<RotatedToken> {
  const { db, now, trail } = context
  const { name: asked, expiresAt, overlap } = parseRotation(input, now)
  return retryLostRaces(async () => {
    const old = await requireRotatable(context, tokenId)
    const origin = await requireIntegration(context, old.integration)
    const name = asked ?? successorName(old.name, now)
    const { record: token, issued } = draftToken(context, origin, { name, expiresAt })
    const endsAt = Math.min(old.expiresAt, now.getTime() + overlap)
    trail.about('TOKEN', tokenId, old.name)
    const outcome = { status: 201, changes: changesOf(old, token, endsAt) }
    await trail.record(outcome, (event) => putRotation(db, { token, old, endsAt }, origin, event))
    return { ...issued, replaces: { tokenId, name: old.name, expiresAt: new Date(endsAt).toISOString() } }
  })
}

function changesOf(old: TokenRecord, { tokenId, name, expiresAt }: TokenRecord, endsAt: number) {
  const [before, after, ends] = [old.expiresAt, endsAt, expiresAt].map((at) => new Date(at).toISOString())
  return [
    { attribute: 'rotatedTo', after: { tokenId, name, expiresAt: ends } },
    ...(before === after ? [] : [{ attribute: 'expiresAt', before, after }]),
  ]
}

/** @throws {ScimError} 404; 409 for a token that cannot be replaced, saying what can be done. */
async function requireRotatable(context: AdminContext, tokenId: string): Promise<TokenRecord> {
  const token = await requireToken(context, tokenId)
  const { rotatedTo, integration, client } = token
  if (client !== undefined) throw refusal(`it is an access token, of which OAuth client ${client} gets new ones itself`)
  const status = tokenStatus(token, context.now.getTime())
  if (rotatedTo !== undefined) throw refusal(`it was rotated already, to ${rotatedTo}: rotate that one`)
  if (status === 'live') return token
  throw refusal(`it is ${status}: issue a new one for integration "${integration}"`)
}

const refusal = (why: string) => new ScimError(409, undefined, `Cannot rotate the token: ${why}`)

/** `Okta (2026-08-31)` after `Okta`, and after `Okta (2026-02-28)` too. */
function successorName(name: string, now: Date): string {
  const suffix = ` (${now.toISOString().slice(0, 10)})`
  const stem = name.replace(/ ?\(?\d{4}-\d\d-\d\d\)?$/, '')
  if (stem === '') return suffix.slice(2, -1)
  return `${[...stem].slice(0, MAX_NAME - suffix.length).join('')}${suffix}`
}
