import { type Question, walkEvents } from '../../shared/audit/reading/walk-events.ts'
import type { Api } from '../api.ts'
import { fetchIntegrations, fetchTokens } from '../integrations.ts'
import { listResourcePages, type Resource } from '../resource-pages.ts'
import type { NewFile } from './new-file.ts'
import { EVENTS, GRANTS, INTEGRATIONS, META, ROLES, TOKENS, USERS_TABLE } from './tables.ts'

/** What an export asks, and who hears how far it has come. */
export interface Filling {
  api: Api
  file: NewFile
  question: Question
  signal: AbortSignal
  progress(text: string): void
}

/** Users of one page: each brings its roles along. */
const USERS_PAGE = 200

/** What was written, table by table. */
export type Counts = Record<'events' | 'users' | 'roles' | 'grants' | 'integrations' | 'tokens' | 'unreadable', number>

/** Fills a file part by part, as the service answers; no more than a part is held. */
export async function fillFile(filling: Filling, now: Date): Promise<Counts> {
  const range = await fillEvents(filling)
  const people = await fillUsers(filling)
  const roles = await fillRoles(filling)
  const settings = await fillIntegrations(filling)
  const counts = { events: range.events, ...people, roles, ...settings, unreadable: range.unreadable }
  const { url: service, account } = filling.api
  const facts = { from: range.from, to: range.to, made_at: now.toISOString(), complete: 'yes' }
  const about = { service, account, ...facts, unreadable: String(range.unreadable) }
  filling.file.insert(META, Object.entries(about))
  return counts
}

async function fillEvents({ api, file, question, signal, progress }: Filling) {
  const range = { from: '', to: '', events: 0, unreadable: 0 }
  for await (const part of walkEvents(api, question, signal)) {
    file.insert(EVENTS, part.rows)
    range.from ||= part.from
    range.to = part.to
    range.events += part.rows.length
    range.unreadable += part.unreadable
    progress(`${range.events} events, up to ${part.to}`)
  }
  return range
}

/**
 * Users with their roles: read from the users' side, where a page stays small however many members a role has, and the
 * index tells some 34 memberships for a unit, not 20.
 */
async function fillUsers({ api, file, signal, progress }: Filling) {
  const counts = { users: 0, grants: 0 }
  for await (const users of listResourcePages(api, { collection: 'users', page: USERS_PAGE, signal })) {
    const grants = users.flatMap((user) => rolesOf(user).map((role) => ({ user, role })))
    file.insert(USERS_TABLE, users)
    file.insert(GRANTS, grants)
    counts.users += users.length
    counts.grants += grants.length
    progress(`${counts.users} users, ${counts.grants} grants`)
  }
  return counts
}

const rolesOf = ({ groups }: Resource): Resource[] => (Array.isArray(groups) ? groups : [])

async function fillRoles({ api, file, signal, progress }: Filling): Promise<number> {
  let count = 0
  const question = { collection: 'roles', excludedAttributes: 'members', signal } as const
  for await (const roles of listResourcePages(api, question)) {
    file.insert(ROLES, roles)
    count += roles.length
    progress(`${count} roles`)
  }
  return count
}

async function fillIntegrations({ api, file, signal }: Filling) {
  const integrations = await fetchIntegrations(api, { signal })
  file.insert(INTEGRATIONS, integrations)
  let count = 0
  for (const { name } of integrations) {
    const tokens = await fetchTokens(api, name, { signal })
    file.insert(TOKENS, tokens)
    count += tokens.length
  }
  return { integrations: integrations.length, tokens: count }
}
