import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { CORE_GROUP } from '../../shared/scim/schemas/core-group.ts'
import { CORE_USER } from '../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'
import type { Step } from './conversation.ts'

/** Somebody of the demo: first and last name, department, and the roles that its group pushes give. */
interface Person {
  name: readonly [string, string]
  department: string
  title: string
}

const DOMAIN = 'example.com'

/** Whom Okta assigns before anything else happens. */
const PEOPLE: readonly Person[] = [
  { name: ['Ada', 'Lindqvist'], department: 'Engineering', title: 'Staff Engineer' },
  { name: ['Bo', 'Chen'], department: 'Finance', title: 'Controller' },
  { name: ['Dara', 'Okafor'], department: 'Engineering', title: 'Engineer' },
  { name: ['Eve', 'Moreau'], department: 'Sales', title: 'Account Executive' },
  { name: ['Farid', 'Haddad'], department: 'Finance', title: 'Analyst' },
  { name: ['Grace', 'Oduya'], department: 'Engineering', title: 'Engineering Manager' },
  { name: ['Hiro', 'Tanaka'], department: 'Sales', title: 'Sales Engineer' },
  { name: ['Ines', 'Duarte'], department: 'Engineering', title: 'Engineer' },
]

const loginOf = ({ name: [first, last] }: Person) => `${first}.${last}@${DOMAIN}`.toLowerCase()
const externalIdOf = ({ name: [first] }: Person) => `00u-demo-${first.toLowerCase()}`
/** The name under which a step keeps somebody's id. */
const idOf = ({ name: [first] }: Person) => `{{${first}}}`

/** Okta's lookup and create of one person. */
function assign(person: Person): Step[] {
  const [givenName, familyName] = person.name
  const userName = loginOf(person)
  return [
    {
      ...{ why: `Does ${userName} exist?`, method: 'GET', expect: { status: 200 } },
      path: `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}&startIndex=1&count=100`,
    },
    {
      ...{
        why: `Assign ${userName}`,
        method: 'POST',
        path: '/Users',
        save: { [givenName]: 'id' },
        expect: { status: 201 },
      },
      body: {
        schemas: [CORE_USER, ENTERPRISE_USER],
        ...{
          userName,
          name: { givenName, familyName },
          displayName: `${givenName} ${familyName}`,
          title: person.title,
        },
        ...{ emails: [{ primary: true, value: userName, type: 'work' }], externalId: externalIdOf(person) },
        ...{ active: true, [ENTERPRISE_USER]: { department: person.department } },
      },
    },
  ]
}

const pushGroup = (displayName: string, members: readonly Person[]): Step => ({
  ...{ why: `Push group ${displayName}`, method: 'POST', path: '/Groups', expect: { status: 201 } },
  save: { [displayName.replaceAll(' ', '')]: 'id' },
  body: { schemas: [CORE_GROUP], displayName, members: members.map((person) => ({ value: idOf(person) })) },
})

const patch = (why: string, path: string, status: number, ...Operations: object[]): Step => ({
  ...{ why, method: 'PATCH', path, expect: { status } },
  body: { schemas: [PATCH_OP], Operations },
})

const isOf = (department: string) => (person: Person) => person.department === department
const [ADA, BO, DARA] = PEOPLE as [Person, Person, Person]

/** Okta's first sync: everybody is looked up and created, then the groups are pushed. */
export const FIRST_SYNC: readonly Step[] = [
  ...PEOPLE.flatMap(assign),
  pushGroup('Engineering', PEOPLE.filter(isOf('Engineering'))),
  pushGroup('Finance', PEOPLE.filter(isOf('Finance'))),
  pushGroup('On call', []),
]

/** An ordinary day: somebody is on call, is promoted, changes the team, leaves. */
export const ORDINARY_DAY: readonly Step[] = [
  patch('Ada goes on call', '/Groups/{{Oncall}}', 200, { op: 'add', path: 'members', value: [{ value: idOf(ADA) }] }),
  patch('Ada is promoted', `/Users/${idOf(ADA)}`, 200, { op: 'replace', value: { title: 'Principal Engineer' } }),
  patch('Ada hands over', '/Groups/{{Oncall}}', 200, { op: 'remove', path: `members[value eq "${idOf(ADA)}"]` }),
  patch('Dara takes over', '/Groups/{{Oncall}}', 200, { op: 'add', path: 'members', value: [{ value: idOf(DARA) }] }),
  patch('Bo leaves the team', '/Groups/{{Finance}}', 200, { op: 'remove', path: `members[value eq "${idOf(BO)}"]` }),
  patch('Bo is unassigned', `/Users/${idOf(BO)}`, 200, { op: 'replace', value: { active: false } }),
]

/** What Entra does with a user of Okta, whom it does not see: it is refused, and the history says who owns her. */
export const NOT_OURS: readonly Step[] = [
  {
    ...{ why: 'Entra looks for somebody who belongs to Okta', method: 'GET', expect: { status: 200 } },
    path: `/Users?filter=${encodeURIComponent(`userName eq "${loginOf(ADA)}"`)}`,
  },
  {
    ...{ why: 'Entra tries to create her', method: 'POST', path: '/Users', expect: { status: 409 } },
    body: { schemas: [CORE_USER], userName: loginOf(ADA), displayName: ADA.name.join(' '), active: true },
  },
]

/** Who is changed by hand, and so is not as Okta's export says. */
export const DRIFTED = { userName: loginOf(DARA), attribute: 'title', value: 'Acting Lead' } as const

const EXPORT_COLUMNS = ['User Id', 'First name', 'Last name', 'Username', 'Primary email', 'Status']

/** Okta's export of a group with the same people, for the drift report: Bo works there still, and Jun is nobody here. */
export function oktaExport(): string {
  const rows: Person[] = [...PEOPLE, { name: ['Jun', 'Park'], department: 'Sales', title: 'Account Executive' }]
  const lines = rows.map((person) => {
    const login = loginOf(person)
    return [externalIdOf(person), ...person.name, login, login, 'ACTIVE']
  })
  return [EXPORT_COLUMNS, ...lines].map((cells) => `${cells.map((cell) => `"${cell}"`).join(',')}\r\n`).join('')
}
