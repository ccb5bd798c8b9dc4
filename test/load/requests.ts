import { setTimeout as sleep } from 'node:timers/promises'
import { GROUP_SCHEMA, patchOf } from '../factories/scim-api.ts'
import type { Answer, Request } from '../rfc/client.ts'

/** What came of many requests. */
export class Tally {
  readonly #statuses = new Map<number, number>()

  note({ status }: Answer): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
  }

  /** How many had this status. */
  of(status: number): number {
    return this.#statuses.get(status) ?? 0
  }

  get serverErrors(): number {
    return [...this.#statuses].reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0)
  }

  /** Answers that a client can only wait after. */
  get refused(): number {
    return this.serverErrors + this.of(429)
  }

  get requests(): number {
    return [...this.#statuses.values()].reduce((sum, count) => sum + count, 0)
  }
}

/** Notes every answer of a client. */
export const tallied =
  (request: Request, tally: Tally): Request =>
  async (...asked) => {
    const answer = await request(...asked)
    tally.note(answer)
    return answer
  }

/** How often a client asks again before it gives up. */
const ATTEMPTS = 20

/** A client that takes "later" for an answer, as identity providers do; `again` says which statuses mean that. */
export const patient =
  (request: Request, again: (status: number) => boolean = (status) => status === 429): Request =>
  async (...asked) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await request(...asked)
      if (!again(answer.status) || attempt === ATTEMPTS) return answer
      await sleep(1000 * Number(answer.headers['retry-after'] ?? 1))
    }
  }

export const toMembers = (ids: readonly string[]) => ids.map((value) => ({ value }))
export const addMembers = (ids: readonly string[]) => patchOf({ op: 'add', path: 'members', value: toMembers(ids) })
export const removeMembers = (ids: readonly string[]) =>
  patchOf({ op: 'remove', path: 'members', value: toMembers(ids) })
export const removeAll = patchOf({ op: 'remove', path: 'members' })
export const rename = (displayName: string) => patchOf({ op: 'replace', path: 'displayName', value: displayName })
export const groupOf = (displayName: string, ids: readonly string[] = []) => ({
  ...{ schemas: [GROUP_SCHEMA], displayName },
  ...(ids.length > 0 && { members: toMembers(ids) }),
})

/** @throws {Error} where a request failed that only prepares a measurement. */
export async function mustSucceed(answer: Promise<Answer>): Promise<Answer> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`The preparation was answered ${status}: ${JSON.stringify(body)}`)
  return answer
}
