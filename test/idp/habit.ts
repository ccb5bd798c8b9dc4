import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { SeededIntegration } from '../../local/seed.ts'
import { newGroup, newUser } from '../factories/scim-api.ts'
import type { Answer, Body, Request } from '../rfc/client.ts'

/** What one provider sends in one situation, and what it must do (test/idp/README.md). */
export interface Habit {
  why: string
  /** Lines of the checklist that the habit proves. */
  proves: string[]
  /** The row of `shared/scim/quirks.ts` that serves it, where it is outside the RFC. */
  quirk?: string
  given?: { users?: Given[]; groups?: (Given & { members?: string[] })[] }
  request: Target & { method: string; headers?: Record<string, string>; body?: unknown }
  expect: Expectation & { status: number }
  /** What a GET shows afterwards. */
  after?: Target & Expectation & { status?: number }
}

/** A path as it is sent, letter by letter, and parameters that are still to be encoded. */
interface Target {
  path: string
  query?: Record<string, string>
}

/** `id` is what the file calls the object; the rest is sent when it is created. */
type Given = Record<string, unknown> & { id: string }

interface Expectation {
  headers?: Record<string, string>
  /** Parts of the body; lists are compared whole. */
  body?: Body
  /** Where there is nothing: dotted paths, or lists of names where a name has dots. */
  absent?: (string | string[])[]
}

export interface RecordedHabit {
  idp: string
  name: string
  habit: Habit
}

/** The folders of habits, and the integration that each provider's requests come through. */
export const PROVIDERS: Readonly<Record<string, SeededIntegration>> = {
  okta: 'OKTA_PROVISIONING',
  entra: 'AZURE_PROVISIONING',
  snowflake: 'GENERIC_PROVISIONING',
  'scim-sdk': 'GENERIC_PROVISIONING',
}

/** Every recorded habit, by provider and name. */
export function listHabits(): RecordedHabit[] {
  return Object.keys(PROVIDERS).flatMap((idp) => {
    const folder = new URL(`${idp}/`, import.meta.url)
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    return files.sort().map((file) => {
      const habit: Habit = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
      return { idp, name: file.replace(/\.json$/, ''), habit }
    })
  })
}

/** Makes what is given, sends the request, checks what came of it, and takes everything away again. */
export async function replay(request: Request, habit: Habit): Promise<void> {
  const ids = new Map<string, string>()
  const made: string[] = []
  try {
    for (const user of habit.given?.users ?? []) await make(request, '/Users', user, newUser, ids, made)
    for (const group of habit.given?.groups ?? []) await make(request, '/Groups', toGroup(group), newGroup, ids, made)
    const sent = named(habit.request, ids)
    const answer = await request(sent.method, toPath(sent), sent.body, sent.headers)
    if (answer.status === 201) made.push(`${sent.path}/${answer.body.id}`)
    check(answer, named(habit.expect, ids), habit.why)
    if (habit.after) {
      const after = named(habit.after, ids)
      check(await request('GET', toPath(after)), { status: 200, ...after }, `${habit.why}: afterwards`)
    }
  } finally {
    for (const path of made) await request('DELETE', path)
  }
}

const toPath = ({ path, query }: Target): string => (query ? `${path}?${new URLSearchParams(query)}` : path)

const toGroup = ({ members = [], ...group }: Given & { members?: string[] }): Given => ({
  ...group,
  members: members.map((value) => ({ value })),
})

/** Creates one object and remembers the id that stands for its name in the file. */
async function make(
  request: Request,
  endpoint: string,
  given: Given,
  toBody: (name: string, more: object) => object,
  ids: Map<string, string>,
  made: string[],
): Promise<void> {
  const { id, ...more } = named(given, ids, given.id)
  const { status, body } = await request('POST', endpoint, toBody(`${id}@habits.example`, more))
  expect({ status, body }).toMatchObject({ status: 201 })
  ids.set(id, body.id)
  made.push(`${endpoint}/${body.id}`)
}

/** The value with the objects' real ids for the names that the file gives them; `except` keeps its name. */
function named<T>(value: T, ids: ReadonlyMap<string, string>, except?: string): T {
  const text = JSON.stringify(value).replace(/\b[ug]\d\b/g, (name) =>
    name === except ? name : (ids.get(name) ?? name),
  )
  return JSON.parse(text)
}

function check(answer: Answer, { status, headers, body, absent }: Habit['expect'], why: string): void {
  expect({ why, status: answer.status, body: answer.body }).toMatchObject({ why, status, ...(body && { body }) })
  expect(answer.headers, why).toMatchObject(headers ?? {})
  for (const path of absent ?? []) expect(valueAt(answer.body, path), `${why}: ${path}`).toBeUndefined()
}

const valueAt = (body: Body, path: string | string[]): unknown =>
  (typeof path === 'string' ? path.split('.') : path).reduce(
    (value: unknown, name) => (value as Record<string, unknown> | undefined)?.[name],
    body,
  )
