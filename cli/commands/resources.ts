import * as z from 'zod'
import { type Command, command, type Session, wholeNumber } from '../command.ts'
import { formatList, type ListView } from '../output.ts'
import { type Column, toLines } from '../table.ts'

/** A SCIM resource as administrators see it, and the list of such. */
type Resource = Record<string, unknown>
interface ListAnswer {
  totalResults: number
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
  /** Path below `/admin` */
  collection: 'users' | 'roles'
  view: ListView<Resource>
  /** Members are many and no column: left out of lists. */
  excludedAttributes?: string
  example: { filter: string; name: string }
}

const KINDS: Kind[] = [
  {
    ...{ word: 'user', collection: 'users', view: USER_VIEW, excludedAttributes: 'groups' },
    example: { filter: 'active eq false', name: 'ada@example.com' },
  },
  {
    ...{ word: 'role', collection: 'roles', view: ROLE_VIEW, excludedAttributes: 'members' },
    example: { filter: 'displayName sw "eng"', name: 'Engineering' },
  },
]

const list = ({ word, collection, view, excludedAttributes, example }: Kind): Command =>
  command({
    words: `${word} list`,
    summary: `Show the ${word}s of the account, whoever owns them`,
    flags: {
      filter: { value: 'FILTER', help: 'a SCIM filter (RFC 7644 section 3.4.2.2)' },
      limit: { value: 'N', help: `at most so many (default ${DEFAULT_LIMIT})` },
    },
    examples: [`rolecall ${word} list --limit 1000 --output csv`, `rolecall ${word} list --filter '${example.filter}'`],
    schema: z.object({ filter: z.string().optional(), limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT) }),
    run: async ({ api, terminal, output }, { filter, limit }) => {
      const resources: Resource[] = []
      let total: number
      do {
        const page = { startIndex: resources.length + 1, count: Math.min(PAGE, limit - resources.length) }
        const query = { filter, excludedAttributes, ...page }
        const answer = await api.call<ListAnswer>({ path: ['admin', collection], query })
        total = answer.totalResults
        resources.push(...answer.Resources)
        if (answer.Resources.length === 0) break
      } while (resources.length < Math.min(limit, total))
      terminal.print(formatList(resources, view, output))
      if (total === 0) terminal.tell(`There is no such ${word}`)
      else if (resources.length < total) terminal.tell(`${resources.length} of ${total} are shown: raise --limit`)
    },
  })

const show = ({ word, collection, example }: Kind): Command =>
  command({
    words: `${word} show`,
    summary: `Show everything about one ${word}`,
    operands: [{ name: 'ID|NAME', help: `its id, or its ${word === 'user' ? 'userName' : 'name'} in any letter case` }],
    flags: {},
    outputs: ['table', 'json'],
    examples: [`rolecall ${word} show ${example.name}`, `rolecall event-history --resource ${example.name}`],
    schema: z.object({}),
    run: async ({ api, terminal, output }: Session, _flags, idOrName) => {
      const resource = await api.call<Resource>({ path: ['admin', collection, idOrName ?? ''] })
      terminal.print(output === 'json' ? JSON.stringify(resource, null, 2) : toLines(flatten(resource)))
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

export const resourceCommands: Command[] = KINDS.flatMap((kind) => [list(kind), show(kind)])
