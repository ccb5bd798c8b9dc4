import type { MembershipPage, MembershipRow } from '../../shared/resources/search/memberships.ts'
import { type Command, command, type Session } from '../command.ts'
import { optional, someText } from '../flags.ts'
import { type ListView, showList } from '../output.ts'

const MEMBERSHIP_VIEW: ListView<MembershipRow> = {
  table: [
    { header: 'ID', get: ({ id }) => id },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'SINCE', get: ({ since }) => since },
  ],
}
const PAGE_ROWS = 100

async function* membershipPages(
  { api }: Session,
  path: readonly string[],
  q?: string,
): AsyncGenerator<MembershipRow[]> {
  let cursor: string | undefined
  do {
    const page: MembershipPage = await api.call({ path, query: { q, limit: PAGE_ROWS, cursor } })
    yield page.Resources
    cursor = page.next
  } while (cursor !== undefined)
}

const userRoles = command({
  words: 'user roles',
  summary: 'Show the roles of a user, and since when; SINCE is empty where that is older than the event history',
  operands: [{ name: 'ID|NAME', help: 'its id, or its userName in any letter case' }],
  flags: {},
  examples: ['rolecall user roles ada@example.com'],
  run: async (session, _values, user = '') => {
    const shown = await showList(session, MEMBERSHIP_VIEW, membershipPages(session, ['admin', 'users', user, 'roles']))
    if (shown === 0) session.terminal.tell('The user has no role')
  },
})

const roleMembers = command({
  words: 'role members',
  summary: 'Show the members of a role, and since when; SINCE is empty where that is older than the event history',
  operands: [{ name: 'ID|NAME', help: 'its id, or its name in any letter case' }],
  flags: { search: optional('TEXT', 'only those whose userName begins so, in any letter case', someText) },
  examples: ['rolecall role members Engineering', 'rolecall role members Engineering --search ada'],
  run: async (session, { search }, role = '') => {
    const pages = membershipPages(session, ['admin', 'roles', role, 'members'], search)
    const shown = await showList(session, MEMBERSHIP_VIEW, pages)
    if (shown === 0) session.terminal.tell(search === undefined ? 'The role has no member' : 'No member begins so')
  },
})

export const membershipCommands: Command[] = [userRoles, roleMembers]
