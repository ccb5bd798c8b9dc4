import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type Conversation, valueAt } from '../../../local/demo/conversation.ts'
import type { ClientKind } from '../../../shared/scim/client-kind.ts'
import type { Answer } from '../../factories/scim-api.ts'
import { type Client, insist } from '../client.ts'
import type { Scenario } from '../scenario.ts'

/** Names that recordings make things by, which each turn has of its own. */
const NAMES = /example\.com|testuser\.com|Analysts E\w+|Sales|jyoung(?!@|%40)/g

/** What an identity provider was recorded to send, with what has to come back. */
const recorded = (name: string, kind: ClientKind, file: string): Scenario => ({
  ...{ name, kind },
  async *play(client, turn) {
    const text = readFileSync(new URL(`../../../local/demo/${file}.json`, import.meta.url), 'utf8')
    const { steps }: Conversation = JSON.parse(text.replace(NAMES, (found) => `${turn}.${found}`))
    const saved = new Map<string, string>()
    const fill = <T>(value: T): T =>
      JSON.parse(JSON.stringify(value ?? null).replace(/\{\{(\w+)\}\}/g, (_, key) => saved.get(key) ?? 'nobody'))
    for (const { why, method, path, body, save = {}, expect } of steps) {
      const answer = yield* insist(client, method, fill(path), body === undefined ? undefined : fill(body))
      for (const [key, from] of Object.entries(save)) {
        const value = valueAt(answer.body, from)
        if (value !== undefined) saved.set(key, String(value))
      }
      requireExpected(client, `${name}: ${why}`, answer, fill(expect))
    }
  },
})

/** @throws {Error} where nothing was lost, and an answer is another than the recorded one. */
function requireExpected(
  client: Client,
  why: string,
  { status, body }: Answer,
  expect: Conversation['steps'][0]['expect'],
) {
  const isSo =
    status === expect.status &&
    contains(body, expect.body) &&
    (expect.absent ?? []).every((path) => valueAt(body, path) === undefined)
  if (isSo || !client.isStrict()) return
  throw new Error(`${why}: answered ${status} ${JSON.stringify(body)}, expected ${JSON.stringify(expect)}`)
}

/** Whether the parts of a body that are expected are there; lists are compared by their elements' parts. */
function contains(held: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return true
  if (typeof wanted !== 'object') return isDeepStrictEqual(held, wanted)
  if (Array.isArray(wanted) && (!Array.isArray(held) || held.length !== wanted.length)) return false
  return Object.entries(wanted).every(([key, value]) => contains(Object(held)[key], value))
}

export const OKTA_SYNC = recorded('Okta', 'OKTA', 'okta-lifecycle')
export const ENTRA_SYNC = recorded('Entra', 'AZURE', 'entra-lifecycle')
