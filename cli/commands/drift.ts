import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { plainJson } from '../../shared/audit/plain-text.ts'
import { ATTRIBUTE_NAMES } from '../../shared/drift/attributes.ts'
import { DRIFT_CLASS_NAMES, isNote } from '../../shared/drift/classes.ts'
import { type Asked, compareExport, type ExportFile, parseExport } from '../../shared/drift/compare-export.ts'
import { FileError } from '../../shared/drift/file-error.ts'
import { parseMapping } from '../../shared/drift/mapping.ts'
import { MATCHES } from '../../shared/drift/match.ts'
import { type Compared, onlyShown, presentDrift } from '../../shared/drift/summary.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { DRIFT_VIEW, summaryText } from '../drift/view.ts'
import { loadRoleAsked } from '../drift/whose.ts'
import { Failure, UsageError } from '../failure.ts'
import { choice, oneOfWords, optional, repeated, someText } from '../flags.ts'
import { showList } from '../output.ts'

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
    const files = {
      ...values,
      users: await loadFile(values.users),
      groups: await Promise.all(values.groups.map(loadFile)),
    }
    const given = inWords(Failure, () => parseExport(files))
    const role = await loadRoleAsked(session, values)
    const compared = await compareExport(given, { ...values, role }, toAsked(session)).catch((cause) => {
      throw cause instanceof FileError ? new Failure(cause.message, { cause }) : cause
    })
    return show(session, onlyShown(compared, values.only), values.only)
  },
})

async function loadFile(path: string): Promise<ExportFile> {
  const bytes = await readFile(path).catch((cause) => {
    throw new Failure(`Cannot read the file ${path}: ${cause.message}`, { cause })
  })
  return { name: path, bytes }
}

/** Says what is the matter with a file as a command does. */
function inWords<Result>(Kind: typeof Failure | typeof UsageError, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof FileError) throw new Kind(cause.message, { cause })
    throw cause
  }
}

const toAsked = ({ api, terminal }: Session): Asked => ({
  page: (collection, query) => api.call({ path: ['admin', collection], query }),
  onProgress: (users, of) => terminal.progress(`${users} of ${of} users`),
})

async function show(session: Session, compared: Compared, only: Values['only']): Promise<number> {
  const { terminal, output } = session
  const { differences: rows } = compared.report
  if (output === 'json') {
    await terminal.write(`${plainJson(presentDrift(compared), 2)}\n`)
  } else {
    if (output === 'csv') terminal.tell(summaryText(compared, session.hint))
    else await terminal.write(`${summaryText(compared, session.hint)}\n${rows.length > 0 ? '\n' : ''}`)
    if (output === 'csv' || rows.length > 0) await showList(session, DRIFT_VIEW, [rows])
  }
  const isDrift = rows.some((row) => !isNote(row.class))
  if (!isDrift) terminal.tell(only.length > 0 ? `No drift of these: ${only.join(', ')}` : 'No drift')
  return isDrift ? DRIFT : 0
}
