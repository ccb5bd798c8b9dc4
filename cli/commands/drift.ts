import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { ATTRIBUTE_NAMES } from '../../shared/drift/attributes.ts'
import { type Difference, DRIFT_CLASS_NAMES, isNote } from '../../shared/drift/classes.ts'
import { decodeText } from '../../shared/drift/decode.ts'
import { FileError } from '../../shared/drift/file-error.ts'
import { type GroupsFile, parseGroupsFile } from '../../shared/drift/groups-file.ts'
import { type RoleHere, toRoleHere, toUserHere, type UserHere } from '../../shared/drift/here.ts'
import { parseMapping } from '../../shared/drift/mapping.ts'
import { MATCHES } from '../../shared/drift/match.ts'
import { compareWithFile, type DriftReport } from '../../shared/drift/report.ts'
import { parseUsersFile } from '../../shared/drift/users-file.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { type Compared, DRIFT_VIEW, summaryText, toDriftSummary } from '../drift/view.ts'
import { loadRoleAsked } from '../drift/whose.ts'
import { Failure, UsageError } from '../failure.ts'
import { choice, oneOfWords, optional, repeated, someText } from '../flags.ts'
import { showList } from '../output.ts'
import { plainJson } from '../plain-text.ts'
import { listResourcePages } from '../resource-pages.ts'

/** Drift was found: for cron. */
const DRIFT = 3

const DRIFT_FLAGS = {
  users: { value: 'PATH', help: 'the export of users: CSV or a SCIM list', schema: someText },
  groups: repeated('PATH', 'an export of groups and members, which compares roles too', someText),
  group: repeated('NAME', 'of files of one group, in their order: which; else the groups to compare', someText),
  match: choice('ATTRIBUTE', 'by what users are matched (default: what fits the names)', MATCHES),
  map: repeated('ATTRIBUTE=COLUMN,...', 'which column holds what, of files that are not recognised', someText),
  attributes: optional('LIST', 'compare these attributes alone, with commas', attributeList()),
  integration: optional('NAME', 'whose export it is (default: who owns most of those found)', someText),
  role: optional('ROLE', 'the same, by the role that owns them', someText),
  only: repeated('CLASS', 'show and count as drift this class alone', oneOfWords(DRIFT_CLASS_NAMES)),
}
/** What no export is held against need not be sent: half of a user. */
const NOT_COMPARED = ['meta', 'phoneNumbers', 'addresses', 'photos', 'ims', 'roles', 'entitlements', 'x509Certificates']
type Values = FlagValues<typeof DRIFT_FLAGS>

function attributeList() {
  const word = oneOfWords(ATTRIBUTE_NAMES)
  return z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .superRefine((names, context) => {
      const wrong = names.find((name) => !word.safeParse(name).success)
      if (wrong !== undefined) context.addIssue(`${JSON.stringify(wrong)} is none of ${ATTRIBUTE_NAMES.join(', ')}`)
    })
    .pipe(z.array(word))
}

/** Compares an export of the identity provider with what is here: exit code 3 where they differ. */
export const drift: Command = command({
  words: 'drift',
  summary: "Compare an identity provider's export of users, and of groups, with what is here",
  flags: DRIFT_FLAGS,
  examples: [
    'rolecall drift --users okta-group-export.csv',
    'rolecall drift --users entra-users-download.csv --map externalId=id --match externalId --output csv',
    'rolecall drift --users okta-group-export.csv --groups okta-group-membership-report.csv',
    'rolecall drift --users people.csv --map userName=Login,active=Enabled --only missing-here',
  ],
  check: ({ integration, role, map, group, groups }) => {
    if (integration !== undefined && role !== undefined)
      throw new UsageError('--integration and --role say the same: give one of them')
    if (group.length > 0 && groups.length === 0) throw new UsageError('--group needs --groups: the file of the group')
    inWords(UsageError, () => parseMapping(map))
  },
  run: async (session, values) => {
    const file = await parseExport(values.users, (text) => parseUsersFile(text, parseMapping(values.map)))
    if (file.users.length === 0)
      throw new Failure(`${values.users}: There is no user in it: has the export gone wrong?`)
    const groups = await loadGroupsFiles(values)
    const role = await loadRoleAsked(session, values)
    const here = await loadUsers(session, groups.length > 0)
    const roles = groups.length > 0 ? await loadRoles(session) : []
    const compare = () => compareWithFile({ ...values, file, here, role, groups: toQuestion(values, groups, roles) })
    const compared = { file, groups, report: inWords(Failure, compare), usersHere: here.length }
    return show(session, compared, values.only)
  },
})

async function parseExport<File>(path: string, parse: (text: string) => File): Promise<File> {
  const bytes = await readFile(path).catch((cause) => {
    throw new Failure(`Cannot read the file ${path}: ${cause.message}`, { cause })
  })
  return inWords(Failure, () => parse(decodeText(bytes)), `${path}: `)
}

/** Says what is the matter with a file as a command does. */
function inWords<Result>(Kind: typeof Failure | typeof UsageError, work: () => Result, before = ''): Result {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof FileError) throw new Kind(`${before}${cause.message}`, { cause })
    throw cause
  }
}

/** Names go to files of one group in their order; what is left chooses among those of the others. */
async function loadGroupsFiles({ groups, group }: Values): Promise<GroupsFile[]> {
  const files: GroupsFile[] = []
  let named = 0
  for (const path of groups) {
    const file = await parseExport(path, (text) => parseGroupsFile(text, group[named]))
    if (!file.isList) named += 1
    files.push(file)
  }
  return files
}

/** Files of one group choose their role by themselves. */
function toQuestion({ group }: Values, files: readonly GroupsFile[], roles: readonly RoleHere[]) {
  return files.length === 0 ? undefined : { files, roles, only: group }
}

/** What every user is compared in, page by page: no page is kept as it came. */
async function loadUsers({ api, terminal }: Session, withRoles: boolean): Promise<UserHere[]> {
  const excludedAttributes = [...NOT_COMPARED, withRoles ? 'groups.$ref' : 'groups'].join()
  const kind = { collection: 'users' as const, excludedAttributes }
  const users: UserHere[] = []
  let total = 0
  const pages = listResourcePages(api, kind, (count) => {
    total = count
  })
  for await (const page of pages) {
    users.push(...page.map(toUserHere))
    terminal.progress(`${users.length} of ${total} users`)
  }
  return users
}

/** Without their members: who holds a role is read with the users, of whom neighbours are looked up together. */
async function loadRoles({ api }: Session): Promise<RoleHere[]> {
  const kind = { collection: 'roles' as const, excludedAttributes: 'members' }
  const roles: RoleHere[] = []
  for await (const page of listResourcePages(api, kind)) {
    roles.push(...page.map(toRoleHere))
  }
  return roles
}

async function show(session: Session, all: Compared, only: Values['only']): Promise<number> {
  const { terminal, output } = session
  const compared = { ...all, report: { ...all.report, counts: countsOf(all.report, only) } }
  const isShown = ({ class: found }: Difference) => (only.length > 0 ? only.includes(found) : !isNote(found))
  const rows = compared.report.differences.filter(isShown)
  if (output === 'json') {
    await terminal.write(`${plainJson({ summary: toDriftSummary(compared), differences: rows }, 2)}\n`)
  } else {
    if (output === 'csv') terminal.tell(summaryText(compared, session.hint))
    else await terminal.write(`${summaryText(compared, session.hint)}\n${rows.length > 0 ? '\n' : ''}`)
    if (output === 'csv' || rows.length > 0) await showList(session, DRIFT_VIEW, [rows])
  }
  const isDrift = rows.some((row) => !isNote(row.class))
  if (!isDrift) terminal.tell(only.length > 0 ? `No drift of these: ${only.join(', ')}` : 'No drift')
  return isDrift ? DRIFT : 0
}

/** The counts of all classes, or of those alone that are asked for. */
function countsOf({ counts }: DriftReport, only: Values['only']): DriftReport['counts'] {
  if (only.length === 0) return counts
  return { ...NO_COUNTS, ...Object.fromEntries(only.map((name) => [name, counts[name]])) }
}

const NO_COUNTS = Object.fromEntries(DRIFT_CLASS_NAMES.map((name) => [name, 0])) as DriftReport['counts']
