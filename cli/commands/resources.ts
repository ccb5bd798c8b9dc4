import * as z from 'zod'
import { objectName } from '../../shared/resources/integration-input.ts'
import type { NearName } from '../../shared/resources/views/near-name.ts'
import { ScimError } from '../../shared/scim/error.ts'
import { parseFilter } from '../../shared/scim/filter/parser.ts'
import { quote } from '../../shared/scim/quote.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import { type Command, command } from '../command.ts'
import { contradicting, UsageError } from '../failure.ts'
import { optional, someText, textFor, toggle, wholeNumber } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { emailOf, listResourcePages, type Resource, textAt } from '../resource-pages.ts'
import { isSearched, type SearchWords, searchPages } from '../search-pages.ts'
import type { Column } from '../table.ts'
import { showOne } from './object-view.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 100_000

const column = (header: string, ...path: string[]): Column<Resource> => ({
  header,
  get: (resource) => textAt(resource, ...path),
})

const USER_VIEW: ListView<Resource> = {
  table: [
    column('ID', 'id'),
    column('USERNAME', 'userName'),
    column('NAME', 'displayName'),
    { header: 'EMAIL', get: emailOf },
    column('ACTIVE', 'active'),
    column('OWNER', 'owner'),
    column('CREATED', 'meta', 'created'),
    column('MODIFIED', 'meta', 'lastModified'),
  ],
}

const ROLE_VIEW: ListView<Resource> = {
  table: [
    column('ID', 'id'),
    column('NAME', 'displayName'),
    column('OWNER', 'owner'),
    column('CREATED', 'meta', 'created'),
    column('MODIFIED', 'meta', 'lastModified'),
  ],
}

interface Kind {
  word: 'user' | 'role'
  type: 'User' | 'Group'
  /** Path below `/admin` */
  collection: 'users' | 'roles'
  view: ListView<Resource>
  /** Members are many and no column: left out of lists. */
  excludedAttributes?: string
  example: { filter: string; name: string; search: string }
}

const RESOURCE_KINDS: Kind[] = [
  {
    ...{ word: 'user', type: 'User', collection: 'users', view: USER_VIEW, excludedAttributes: 'groups' },
    example: { filter: 'active eq false', name: 'ada@example.com', search: 'ada' },
  },
  {
    ...{ word: 'role', type: 'Group', collection: 'roles', view: ROLE_VIEW, excludedAttributes: 'members' },
    example: { filter: 'displayName sw "eng"', name: 'Engineering', search: 'eng' },
  },
]

const SEARCH_FLAGS = {
  search: optional(
    'TEXT',
    'whose names begin so in any letter case, or its id, externalId or address in full',
    someText,
  ),
  owner: optional('ROLE', 'what this role owns: a provisioner role, or ADMIN for administrators', textFor(objectName)),
}
/** What only users are asked for. */
const STATE_FLAGS = {
  active: toggle('only those who are active'),
  disabled: toggle('only those who are disabled'),
  role: optional('ID|NAME', 'only those who have this role', someText),
}

interface ListValues extends SearchWords {
  filter?: string | undefined
  all: boolean
  limit?: number | undefined
}

const resourceList = (kind: Kind): Command =>
  command({
    words: `${kind.word} list`,
    summary: `Show the ${kind.word}s of the account, whoever owns them`,
    flags: {
      filter: optional('FILTER', 'a SCIM filter (RFC 7644 section 3.4.2.2)', filterFor(kind.type)),
      ...SEARCH_FLAGS,
      ...(kind.word === 'user' && STATE_FLAGS),
      limit: optional('N', `at most so many (default ${DEFAULT_LIMIT})`, wholeNumber(1, MAX_LIMIT)),
      all: toggle('all there are, shown page by page as they arrive'),
    },
    examples: [
      `rolecall ${kind.word} list --all --output csv`,
      `rolecall ${kind.word} list --filter '${kind.example.filter}'`,
      `rolecall ${kind.word} list --search ${kind.example.search}`,
    ],
    check: (values: ListValues) => {
      const { all, limit, filter, active, disabled } = values
      if (all && limit !== undefined) throw contradicting('--all', '--limit')
      if (active && disabled) throw contradicting('--active', '--disabled')
      if (filter !== undefined && isSearched(values))
        throw new UsageError('--filter asks in another way than --search and what narrows it: give one of them')
    },
    run: async (session, values: ListValues) => {
      const { filter, all, limit = all ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT } = values
      const { collection, excludedAttributes, word } = kind
      let total: number | undefined
      let isCut = false
      let near: readonly NearName[] = []
      const tellTotal = (count: number | undefined) => {
        total = count
      }
      const tellCut = () => {
        isCut = true
      }
      const tellNear = (names: readonly NearName[]) => {
        near = names
      }
      const pages = isSearched(values)
        ? searchPages(session, collection, { ...values, limit }, tellTotal, tellCut, tellNear)
        : listResourcePages(session.api, { collection, excludedAttributes, filter, limit }, tellTotal)
      const shown = await showList(session, kind.view, pages)
      if (shown === 0 && !total) session.terminal.tell(noneSuch(word, values.search, near))
      else if (total !== undefined && shown < total)
        session.terminal.tell(`${shown} of ${total} are shown: raise --limit, or say --all`)
      else if (isCut) session.terminal.tell(`${shown} are shown, and there may be more: raise --limit, or say --all`)
    },
  })

/** With near names where there are some; they are foreign texts, so they stand in quotes. */
function noneSuch(word: Kind['word'], search: string | undefined, near: readonly NearName[]): string {
  if (search === undefined || near.length === 0) return `There is no such ${word}`
  const names = near.map(({ name }) => quote(name)).join(', ')
  return `${word === 'user' ? 'Nobody' : 'No role'} begins with ${quote(search)}. Near: ${names}`
}

/** Text that the service can read as a filter of such objects. */
const filterFor = (type: Kind['type']) =>
  z.string().superRefine((text, context) => {
    try {
      parseFilter(text, resourceTypes('GENERIC')[type], { unknownAttributes: 'refuse' })
    } catch (error) {
      if (!(error instanceof ScimError)) throw error
      context.addIssue(error.message)
    }
  })

const resourceShow = ({ word, collection, example }: Kind): Command =>
  command({
    words: `${word} show`,
    summary: `Show everything about one ${word}`,
    operands: [{ name: 'ID|NAME', help: `its id, or its ${word === 'user' ? 'userName' : 'name'} in any letter case` }],
    flags: {},
    outputs: ['table', 'json'],
    examples: [`rolecall ${word} show ${example.name}`, `rolecall event-history --resource ${example.name}`],
    run: async (session, _values, idOrName) => {
      await showOne(session, await session.api.call<Resource>({ path: ['admin', collection, idOrName ?? ''] }))
    },
  })

export const resourceCommands: Command[] = RESOURCE_KINDS.flatMap((kind) => [resourceList(kind), resourceShow(kind)])
