import type { Facts } from './facts.ts'
import { type Part, say, type Words } from './parts.ts'

/** What one kind of request is called: when it succeeded, and after "tried to". */
export interface Kind {
  done(facts: Facts): Words
  attempt(facts: Facts): Words
  /** What a reader folds many of into one row; where it is absent, a GET of an administrator is told as alone. */
  read?(facts: Facts): Read
}

/** A read as it is counted: who was looked up, or in words what was read. */
export type Read = { type: string; who: Part } | string

/** Kinds by method and path; `{}` stands for one segment: `PATCH admin/users/{}`. */
export type Kinds = Readonly<Record<string, Kind>>

/** A kind whose object is the same whether or not it succeeded. */
export const doing = (past: string, infinitive: string, object: (facts: Facts) => Words): Kind => ({
  done: (facts) => say`${past} ${object(facts)}`,
  attempt: (facts) => say`${infinitive} ${object(facts)}`,
})

/** The kind of a request, if it is one that we know. */
export function findKind(kinds: Kinds, method: string, path: readonly string[]): Kind | undefined {
  const exact = `${method} ${path.join('/')}`
  if (Object.hasOwn(kinds, exact)) return kinds[exact]
  const found = Object.keys(kinds).find((key) => fits(key, method, path))
  return found === undefined ? undefined : kinds[found]
}

function fits(key: string, method: string, path: readonly string[]): boolean {
  const [verb, pattern = ''] = key.split(' ')
  const segments = pattern.split('/')
  return (
    verb === method &&
    segments.length === path.length &&
    segments.every((segment, i) => segment === '{}' || segment === path[i])
  )
}
