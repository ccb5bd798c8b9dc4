import type { NearName } from '../../../shared/resources/views/near-name.ts'
import { useIntegrations } from '../data/known.ts'
import { useOwners } from '../data/owners.ts'
import { Page } from '../frame/page.tsx'
import { usePagedList } from '../list/use-paged-list.ts'
import { Near } from '../objects/near.tsx'
import { countText, ObjectList } from '../objects/object-list.tsx'
import { useRoleName } from '../objects/role-name.ts'
import { Empty } from '../parts/empty.tsx'
import { Filter, FilterBar, Search } from '../parts/filter-bar.tsx'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { oneOf, text } from '../router/schema.ts'
import { useQuery } from '../router/use-query.ts'

const USERS = { q: text(), active: oneOf(['', 'true', 'false'], ''), owner: text(), role: text() }

/** What is kept of a user in the list. */
interface UserRow {
  id: string
  userName: string
  displayName: string
  isActive: boolean
  owner: string
  roles: number | undefined
  modified: string
}

interface UserItem {
  id: string
  userName?: string
  displayName?: string
  active?: boolean
  owner?: string
  rolesCount?: number
  meta?: { lastModified?: string }
}

const toRow = (user: UserItem): UserRow => ({
  id: user.id,
  userName: user.userName ?? user.id,
  displayName: user.displayName ?? '',
  isActive: user.active !== false,
  owner: user.owner ?? '',
  roles: user.rolesCount,
  modified: user.meta?.lastModified ?? '',
})

const STATES = [
  { value: 'true', label: 'Active' },
  { value: 'false', label: 'Disabled' },
]

/** Everybody of the account, found by the start of a name. */
export default function UsersPage() {
  const { values, set } = useQuery(USERS)
  const { q, active, owner, role } = values
  const owners = useOwners()
  const roleName = useRoleName(role)
  const list = usePagedList({
    path: ['admin', 'users'],
    query: {
      ...{ q, limit: 100, excludedAttributes: 'groups' },
      ...(active && { active }),
      ...(owner && { owner }),
      ...(role && { role }),
    },
    toRow,
    rowPx: 43,
  })
  const isFiltered = [q, active, owner, role].some((one) => one !== '')
  const chips = [
    ...(active ? [{ name: 'active', label: 'State', value: active === 'true' ? 'Active' : 'Disabled' }] : []),
    ...(owner ? [{ name: 'owner', label: 'Owner', value: owner }] : []),
    ...(role ? [{ name: 'role', label: 'Role', value: roleName }] : []),
  ]
  return (
    <Page
      title="Users"
      schema={USERS}
      sub={list.age === undefined ? null : <p class="meta">{countText(list, isFiltered)} users</p>}
    >
      <FilterBar
        search={
          <Search
            label="Search users"
            placeholder="Start of a userName; or the whole externalId, e-mail or id"
            value={q}
            onType={(typed) => set({ q: typed }, { typing: true })}
          />
        }
        chips={chips}
        onRemove={(name) => set({ [name]: '' })}
        onClear={() => set({ active: '', owner: '', role: '' })}
      >
        <Filter label="State" choices={STATES} value={active} onChoose={(chosen) => set({ active: chosen as '' })} />
        <Filter
          label="Owner"
          choices={owners.map(({ role: name, users }) => ({ value: name, label: name, count: users }))}
          value={owner}
          onChoose={(chosen) => set({ owner: chosen })}
        />
      </FilterBar>
      <ObjectList
        list={list}
        label="Users"
        columns={['Name', 'userName', 'State', 'Owner', 'Roles#', 'Last change']}
        class="of-users"
        addressOf={({ id }) => addressOf(['users', id])}
        render={(user) => <UserCells {...user} />}
        empty={
          isFiltered ? (
            <NobodyFound q={q} near={list.near} onClear={() => set({ q: '', active: '', owner: '', role: '' })} />
          ) : (
            <NoUsers />
          )
        }
      />
    </Page>
  )
}

const UserCells = ({ id, userName, displayName, isActive, owner, roles, modified }: UserRow) => (
  <>
    <b class="clip" id={`name-${id}`}>
      <Value text={displayName || userName} />
    </b>
    <span class="quiet clip">
      <Value text={userName} />
    </span>
    <span>{isActive ? <span class="quiet">Active</span> : <Tag tone="loss">Disabled</Tag>}</span>
    <span class="quiet clip">
      <Value text={owner} />
    </span>
    <span class="number quiet">{roles ?? ''}</span>
    <span class="quiet">
      <Time at={modified} form="short" />
    </span>
  </>
)

interface NobodyProps {
  q: string
  near: readonly NearName[]
  onClear: () => void
}

const NobodyFound = ({ q, near, onClear }: NobodyProps) => (
  <Empty title={q ? `Nobody begins with “${q}”` : 'No user is so'}>
    <Near place="users" near={near} />
    <p>The search looks for the start of a userName, or for a whole externalId, e-mail or id.</p>
    <button type="button" class="button small" onClick={onClear}>
      Clear
    </button>
  </Empty>
)

function NoUsers() {
  const [first] = useIntegrations() ?? []
  return (
    <Empty title="No users yet">
      <p>They come when an identity provider is connected and somebody is assigned there.</p>
      <a
        class="button small"
        href={first ? addressOf(['integrations', first.name, 'setup']) : addressOf(['integrations'])}
      >
        Connect your identity provider
      </a>
    </Empty>
  )
}
