import { useOwners } from '../data/owners.ts'
import { Page } from '../frame/page.tsx'
import { usePagedList } from '../list/use-paged-list.ts'
import { Near } from '../objects/near.tsx'
import { countText, ObjectList } from '../objects/object-list.tsx'
import { Empty } from '../parts/empty.tsx'
import { Filter, FilterBar, Search } from '../parts/filter-bar.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { text } from '../router/schema.ts'
import { useQuery } from '../router/use-query.ts'

const ROLES = { q: text(), owner: text() }

/** What is kept of a role in the list. */
interface RoleRow {
  id: string
  name: string
  owner: string
  members: number | undefined
  modified: string
}

interface RoleItem {
  id: string
  displayName?: string
  owner?: string
  memberCount?: number
  meta?: { lastModified?: string }
}

const toRow = (role: RoleItem): RoleRow => ({
  id: role.id,
  name: role.displayName ?? role.id,
  owner: role.owner ?? '',
  members: role.memberCount,
  modified: role.meta?.lastModified ?? '',
})

/** Every role of the account: what SCIM calls a group. */
export default function RolesPage() {
  const { values, set } = useQuery(ROLES)
  const { q, owner } = values
  const owners = useOwners()
  const list = usePagedList({
    path: ['admin', 'roles'],
    query: { q, limit: 100, excludedAttributes: 'members', ...(owner && { owner }) },
    toRow,
    rowPx: 43,
  })
  const isFiltered = q !== '' || owner !== ''
  return (
    <Page
      title="Roles"
      schema={ROLES}
      sub={list.age === undefined ? null : <p class="meta">{countText(list, isFiltered)} roles</p>}
    >
      <FilterBar
        search={
          <Search
            label="Search roles"
            placeholder="Start of a name; or the whole externalId or id"
            value={q}
            onType={(typed) => set({ q: typed }, { typing: true })}
          />
        }
        chips={owner ? [{ name: 'owner', label: 'Owner', value: owner }] : []}
        onRemove={(name) => set({ [name]: '' })}
        onClear={() => set({ owner: '' })}
      >
        <Filter
          label="Owner"
          choices={owners.map(({ role, roles }) => ({ value: role, label: role, count: roles }))}
          value={owner}
          onChoose={(chosen) => set({ owner: chosen })}
        />
      </FilterBar>
      <ObjectList
        list={list}
        label="Roles"
        columns={['Name', 'Owner', 'Members#', 'Last change']}
        class="of-roles"
        addressOf={({ id }) => addressOf(['roles', id])}
        render={(role) => <RoleCells {...role} />}
        empty={
          isFiltered ? (
            <Empty title={q ? `No role begins with “${q}”` : 'No role is so'}>
              <Near place="roles" near={list.near} />
              <button type="button" class="button small" onClick={() => set({ q: '', owner: '' })}>
                Clear
              </button>
            </Empty>
          ) : (
            <Empty title="No roles yet">
              <p>A group that an identity provider pushes becomes a role here.</p>
            </Empty>
          )
        }
      />
    </Page>
  )
}

const RoleCells = ({ id, name, owner, members, modified }: RoleRow) => (
  <>
    <b class="clip" id={`name-${id}`}>
      <Value text={name} />
    </b>
    <span class="quiet clip">
      <Value text={owner} />
    </span>
    <span class="number quiet">{members?.toLocaleString('en-US') ?? ''}</span>
    <span class="quiet">
      <Time at={modified} form="short" />
    </span>
  </>
)
