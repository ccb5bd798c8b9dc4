import { countListed } from '../listed.ts'
import { changeOf, type Facts, textAt } from './facts.ts'
import { doing, type Kinds } from './kind.ts'
import { objectOf, toObject, withWord } from './object.ts'
import { say, several, type Words } from './parts.ts'
import { dayText, spanText } from './time.ts'

const NAME = 2

const token = (facts: Facts): Words => withWord('TOKEN', objectOf(facts, 'TOKEN', NAME))
const integration = ({ path, known }: Facts): Words => [toObject(known, 'INTEGRATION', path[NAME] ?? '', path[NAME])]

/** A new token; while the request is refused only its integration is known. */
function issued(facts: Facts): Words {
  const until = dayText(textAt(facts, 'expiresAt'), facts.row.EVENT_TIMESTAMP)
  return say`issued ${token(facts)}${until && `, which lives until ${until}`}`
}

/** `rotated the token okta-2026-h1 and the old one ends on 3 Dec`: the end of the old one is what changes of it. */
function rotated(facts: Facts): Words {
  const end = facts.changes.find(({ before, attribute }) => before !== undefined && /expiresAt$/i.test(attribute))
  const until = dayText(typeof end?.after === 'string' ? end.after : undefined, facts.row.EVENT_TIMESTAMP)
  return say`rotated ${token(facts)}${until && ` and the old one ends on ${until}`}`
}

function renamed(facts: Facts): Words {
  const { before, after } = changeOf(facts, 'name') ?? {}
  if (typeof before !== 'string' || typeof after !== 'string')
    return say`sent the name of ${token(facts)} again; nothing changed`
  const { RESOURCE_ID: id } = facts.row
  return say`renamed the token ${toObject({}, 'TOKEN', before, id)} to ${toObject({}, 'TOKEN', after, id)}`
}

const revoked = (facts: Facts): Words =>
  facts.changes.length > 0 ? say`revoked ${token(facts)}` : say`revoked ${token(facts)} again; nothing changed`

function revokedAll(facts: Facts): Words {
  const { after: ids } = changeOf(facts, 'revokedTokens') ?? {}
  const count = Array.isArray(ids) ? countListed(ids) : undefined
  const what = count === undefined ? 'all tokens' : several(count, 'token')
  const also = changeOf(facts, 'accessTokensOf') ? ' and the access tokens' : ''
  return say`revoked ${what}${also} of integration ${integration(facts)}`
}

/** `got an access token for one hour with key k1`. */
function granted(facts: Facts): Words {
  const until = Date.parse(textAt(facts, 'expiresAt') ?? '')
  const span = spanText(until - Date.parse(facts.row.EVENT_TIMESTAMP))?.replace(/^1 /, 'one ')
  const key = textAt(facts, 'keyId')
  return say`got an access token${span && ` for ${span}`}${key && ` with key ${key}`}`
}

/** The tokens of integrations, and the access tokens that clients ask for (RFC 6749 §4.4). */
export const TOKEN_KINDS: Kinds = {
  'GET admin/tokens': doing('listed', 'list', () => say`tokens`),
  'GET admin/integrations/{}/tokens': doing(
    'listed',
    'list',
    (facts) => say`tokens of integration ${integration(facts)}`,
  ),
  'POST admin/integrations/{}/tokens': {
    done: issued,
    attempt: (facts) => say`issue a token for integration ${integration(facts)}`,
  },
  'DELETE admin/integrations/{}/tokens': {
    done: revokedAll,
    attempt: (facts) => say`revoke all tokens of integration ${integration(facts)}`,
  },
  'POST admin/tokens/{}/rotate': { done: rotated, attempt: (facts) => say`rotate ${token(facts)}` },
  'PATCH admin/tokens/{}': { done: renamed, attempt: (facts) => say`rename ${token(facts)}` },
  'DELETE admin/tokens/{}': { done: revoked, attempt: (facts) => say`revoke ${token(facts)}` },
  'POST oauth2/token': { done: granted, attempt: () => say`get an access token` },
}
