import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type Answered, type Conversation, hold, valueAt } from '../../local/demo/conversation.ts'
import type { Service } from './service.ts'

/** One line of the verdict. */
export interface Verdict {
  what: string
  /** What is wrong; nothing where all is well. */
  fault?: string | undefined
  /** Why it was not tried. */
  skipped?: string | undefined
}

const OKTA = 'okta-lifecycle'
const ENTRA = 'entra-lifecycle'
const NO_BODY = 204

/** Plays what identity providers were recorded to send, under names that begin with the prefix. */
export async function* playConversations(service: Service): AsyncGenerator<Verdict> {
  for (const name of service.client === 'AZURE' ? [OKTA, ENTRA] : [OKTA]) {
    const text = readFileSync(new URL(`../../local/demo/${name}.json`, import.meta.url), 'utf8')
    const { client, contentType, steps } = prefixed(JSON.parse(text), service.prefix)
    const held = hold({ contentType, steps }, service.url, service.token)
    for await (const answered of held) {
      yield { what: `${client}: ${answered.step.method} ${answered.step.why}`, fault: faultOf(answered) }
    }
  }
}

/** The conversation with every name of a user, a role or an id of a provider behind the prefix, however it is written. */
export function prefixed(conversation: Conversation, prefix: string): Conversation {
  const names = conversation.steps.flatMap(({ body }) => namesIn(body))
  const spellings = [...new Set(names.flatMap((name) => [name, encodeURIComponent(name)]))]
  const longestFirst = spellings
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const any = new RegExp(`(?<=["]|%22|\\\\")(?:${longestFirst.join('|')})(?=["]|%22|\\\\")`, 'gi')
  return JSON.parse(JSON.stringify(conversation).replaceAll(any, (name) => `${prefix}${name}`))
}

/** What must be unique, or finds an object, in the body of a create. */
function namesIn(body: unknown): string[] {
  const { userName, externalId, displayName, emails = [] } = (body ?? {}) as Record<string, unknown>
  const group = userName === undefined ? [displayName] : []
  const addresses = (emails as { value?: unknown }[]).map(({ value }) => value)
  return [userName, externalId, ...group, ...addresses].filter((name) => typeof name === 'string')
}

function faultOf({ step: { expect, method }, status, body, filled }: Answered): string | undefined {
  // Whether a changed role is sent back depends on the kind of the client, which is that of the token.
  const isEither = method === 'PATCH' && [200, NO_BODY].includes(expect.status) && [200, NO_BODY].includes(status)
  if (status !== expect.status && !isEither) return `${status} instead of ${expect.status}`
  if (expect.body !== undefined && body !== undefined && !holds(body, filled(expect.body)))
    return `the body is not what was expected: ${JSON.stringify(body).slice(0, 200)}`
  const present = (expect.absent ?? []).find((path) => valueAt(body, path) !== undefined)
  return present === undefined ? undefined : `the body holds ${present}`
}

/** Whether all of `part` is in a value; lists are compared whole. */
function holds(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return isDeepStrictEqual(value, part)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(part))
    return Array.isArray(value) && value.length === part.length && part.every((one, i) => holds(value[i], one))
  return Object.entries(part).every(([name, one]) => holds((value as Record<string, unknown>)[name], one))
}
