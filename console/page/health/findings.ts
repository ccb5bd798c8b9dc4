import type { HealthFinding } from '../../../shared/watch/health/finding.ts'

/** What a finding is called. */
const TITLES: Readonly<Record<HealthFinding['kind'], string>> = {
  'unfinished-work': 'Changes wait to be applied',
  'token-ends': 'A token ends',
  'no-token': 'No token works',
  silent: 'Silent',
  'disabled-called': 'Disabled, and still called',
  'expired-token': 'Called with an expired token',
  'refused-tokens': 'Tokens were refused',
  'address-refused': 'Addresses were refused',
  brake: 'The brake',
  failed: 'Requests failed',
  busy: 'Told to come again',
  conflicts: 'Conflicts',
  denied: 'Not allowed',
  'changed-by-hand': 'Changed by hand',
}

export const titleOf = ({ kind }: Pick<HealthFinding, 'kind'>): string => TITLES[kind]

/** Where the console shows more of it: a path, and its query. */
export interface More {
  label: string
  path: readonly string[]
  query: Readonly<Record<string, string>>
}

const events = (query: Readonly<Record<string, string>>): More => ({ label: 'See the events', path: [], query })
/** Of an integration where one is named. */
const of = ({ integration }: HealthFinding): Record<string, string> =>
  integration === undefined ? {} : { integration }
const refused = (status: string) => (finding: HealthFinding) => events({ ...of(finding), status })
const itsPage = ({ integration = '' }: HealthFinding): More => ({
  ...{ label: `Open ${integration}`, path: ['integrations', integration], query: {} },
})

const MORE: Readonly<Record<HealthFinding['kind'], (finding: HealthFinding) => More | undefined>> = {
  'unfinished-work': () => undefined,
  'token-ends': itsPage,
  'no-token': itsPage,
  silent: itsPage,
  'disabled-called': itsPage,
  'expired-token': itsPage,
  'refused-tokens': () => events({ status: '401' }),
  'address-refused': () => events({ method: 'ANY', status: '403' }),
  brake: itsPage,
  failed: refused('5xx'),
  busy: refused('429'),
  conflicts: refused('409,412'),
  denied: refused('403'),
  'changed-by-hand': () => events({ integration: 'IAM', show: 'changed', kind: 'user,role' }),
}

/** Where to look at it; a finding without an integration has no page of one. */
export function moreOf(finding: HealthFinding): More | undefined {
  const more = MORE[finding.kind](finding)
  return more?.path[0] === 'integrations' && finding.integration === undefined ? undefined : more
}
