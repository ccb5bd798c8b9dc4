import * as z from 'zod'
import { ScimError } from '../../shared/scim/error.ts'
import { parseFilter } from '../../shared/scim/filter/parser.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import type { Api } from '../api.ts'
import { type Command, command } from '../command.ts'
import { UsageError } from '../failure.ts'
import { optional, toggle, wholeNumber } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { plainJson } from '../plain-text.ts'
import { type Column, toLines } from '../table.ts'

/** A SCIM resource as administrators see it, and a page of such. */
type Resource = Record<string, unknown>
interface ResourcePage {
  totalResults: number
  nextCursor?: string
  Resources: Resource[]
}

const PAGE = 1000
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 100_000

const textAt = (resource: unknown, ...path: string[]): string | undefined => {
  const value = path.reduce<unknown>((held, name) => (held as Resource | undefined)?.[name], resource)
  return value === undefined || value === null ? undefined : String(value)
}

/** The primary one, or else the first. */
function emailOf({ emails }: Resource): string | undefined {
  const list = Array.isArray(emails) ? (emails as Resource[]) : []
  return textAt(list.find(({ primary }) => primary === true) ?? list[0], 'value')
}

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
  example: { filter: string; name: string }
}

const RESOURCE_KINDS: Kind[] = [
  {
    ...{ word: 'user', type: 'User', collection: 'users', view: USER_VIEW, excludedAttributes: 'groups' },
    example: { filter: 'active eq false', name: 'ada@example.com' },
  },
  {
    ...{ word: 'role', type: 'Group', collection: 'roles', view: ROLE_VIEW, excludedAttributes: 'members' },
    example: { filter: 'displayName sw "eng"', name: 'Engineering' },
  },
]

const resourceList = (kind: Kind): Command =>
  command({
    words: `${kind.word} list`,
    summary: `Show the ${kind.word}s of the account, whoever owns them`,
    flags: {
      filter: optional('FILTER', 'a SCIM filter (RFC 7644 section 3.4.2.2)', filterFor(kind.type)),
      limit: optional('N', `at most so many (default ${DEFAULT_LIMIT})`, wholeNumber(1, MAX_LIMIT)),
      all: toggle('all there are, shown page by page as they arrive'),
    },
    examples: [
      `rolecall ${kind.word} list --all --output csv`,
      `rolecall ${kind.word} list --filter '${kind.example.filter}'`,
    ],
    check: ({ all, limit }) => {
      if (all && limit !== undefined) throw new UsageError('--all and --limit contradict each other: give one of them')
    },
    run: async (session, { filter, all, limit = all ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT }) => {
      let total = 0
      const pages = listPages(session.api, kind, filter, limit, (count) => {
        total = count
      })
      const shown = await showList(session, kind.view, pages)
      if (total === 0) session.terminal.tell(`There is no such ${kind.word}`)
      else if (shown < total) session.terminal.tell(`${shown} of ${total} are shown: raise --limit, or say --all`)
    },
  })

/** Page after page by cursor: nobody is left out or shown twice while others come and go. */
export async function* listPages(
  api: Api,
  { collection, excludedAttributes }: Pick<Kind, 'collection' | 'excludedAttributes'>,
  filter: string | undefined,
  limit: number,
  onTotal: (count: number) => void,
): AsyncGenerator<Resource[]> {
  let cursor: string | undefined = ''
  for (let left = limit; cursor !== undefined && left > 0; ) {
    const query: Record<string, string | number | undefined> = { filter, excludedAttributes, cursor }
    const page: ResourcePage = await api.call({
      path: ['admin', collection],
      query: { ...query, count: Math.min(PAGE, left) },
    })
    onTotal(page.totalResults)
    yield page.Resources
    left -= page.Resources.length
    cursor = page.nextCursor
  }
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
    run: async ({ api, terminal, output }, _values, idOrName) => {
      const resource = await api.call<Resource>({ path: ['admin', collection, idOrName ?? ''] })
      await terminal.write(`${output === 'json' ? plainJson(resource, 2) : toLines(flatten(resource))}\n`)
    },
  })

/** One line for each leaf: `name.givenName  Ada`, `emails.1.value  ada@example.com`. */
function flatten(value: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]]
  const entries = Array.isArray(value)
    ? value.map((held, i) => [String(i + 1), held] as const)
    : Object.entries(value).filter(([name]) => path.length > 0 || name !== 'schemas')
  return entries.flatMap(([name, held]) => flatten(held, [...path, name]))
}

export const resourceCommands: Command[] = RESOURCE_KINDS.flatMap((kind) => [resourceList(kind), resourceShow(kind)])
