import type { EventRow } from '../event-row.ts'
import { actorOf } from './actor.ts'
import { DIRECT_KINDS } from './direct.ts'
import { type Facts, isDryRun, type Known, toFacts } from './facts.ts'
import { INTEGRATION_KINDS } from './integrations.ts'
import { findKind, type Kind, type Kinds } from './kind.ts'
import { departure } from './losses.ts'
import { notice } from './notices.ts'
import { operatorAct } from './operators.ts'
import { say, toCount, toText, type Words } from './parts.ts'
import { purposeOf, QUESTION_KINDS } from './questions.ts'
import { refusalOf } from './refusals.ts'
import { refusedTokens } from './refused-tokens.ts'
import { SCIM_KINDS } from './scim.ts'
import { SETTINGS_KINDS } from './settings.ts'
import { TOKEN_KINDS } from './tokens.ts'

/** Every request that has words of its own. */
const KINDS: Kinds = {
  ...SCIM_KINDS,
  ...INTEGRATION_KINDS,
  ...TOKEN_KINDS,
  ...SETTINGS_KINDS,
  ...DIRECT_KINDS,
  ...QUESTION_KINDS,
}

/**
 * An event in a sentence: actor, verb, object, outcome; past tense. Pure, and without a word of what is secret; a kind
 * that has no words of its own reads "Okta sent PATCH Users/0199…". Never empty, whatever the row.
 */
export function toSentence(row: EventRow, known: Known = {}): Words {
  return sentenceOf(toFacts(row, known))
}

/** The same of an event that is taken apart already. */
export const sentenceOf = (facts: Facts): Words =>
  refusedTokens(facts) ?? notice(facts) ?? operatorAct(facts) ?? departure(facts) ?? request(facts)

/** The same as plain text. */
export const sentenceText = (row: EventRow, known: Known = {}): string => toText(toSentence(row, known))

/** The kind of a request, if it is one that has words of its own. */
export const kindOf = (facts: Facts): Kind | undefined =>
  purposeOf(facts) ?? findKind(KINDS, facts.row.METHOD, facts.path)

function request(facts: Facts): Words {
  const actor = actorOf(facts)
  const kind = kindOf(facts) ?? unknownKind
  const part = partOfBulk(facts)
  if (!(facts.status < 400)) return say`${actor} tried to ${kind.attempt(facts)}${outcome(facts)}${part}`
  if (isDryRun(facts)) return say`${actor} made a dry run to ${kind.attempt(facts)}; nothing changed`
  return say`${actor} ${kind.done(facts)}${part}`
}

/** What is not there to be changed or read is no refusal. */
const outcome = (facts: Facts): Words =>
  facts.status === 404 && facts.row.EVENT_TYPE === 'SCIM' && /^There is no \w+ with id /.test(facts.detail)
    ? say` that is not here`
    : refusalOf(facts)

/** Operations of a Bulk request have its number of operations; lists have a number of their own. */
const partOfBulk = ({ row, total, path }: Facts): string | undefined =>
  row.EVENT_TYPE === 'SCIM' &&
  total !== undefined &&
  row.METHOD !== 'GET' &&
  !/^(Bulk|\.search)$/.test(path.at(-1) ?? '')
    ? `, part of a request of ${toCount(total)}`
    : undefined

/** A request that has no words of its own: as it was sent, ids shortened. */
const unknownKind: Kind = {
  done: (facts) => say`sent ${sent(facts)}`,
  attempt: (facts) => say`send ${sent(facts)}`,
}

function sent({ row, path }: Facts): string {
  const shown = path[0] === 'scim' && path[1] === 'v2' ? path.slice(2) : path
  const short = shown.map((segment) =>
    segment.replace(/^([0-9a-f]{4})[0-9a-f]{4}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, '$1…'),
  )
  return [row.METHOD, short.join('/')].filter((text) => text).join(' ') || 'a request'
}
