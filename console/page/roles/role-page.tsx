import { useMemo, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ApiError } from '../data/api.ts'
import { useMayWrite } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import { Page } from '../frame/page.tsx'
import { History } from '../objects/history.tsx'
import { GrantAction } from '../objects/member-action.tsx'
import { MoreActions } from '../objects/more-actions.tsx'
import { Crumbs, Initials } from '../objects/object-head.tsx'
import { ObjectSide } from '../objects/object-side.tsx'
import { UndropAction } from '../objects/undrop-action.tsx'
import type { PageProps } from '../pages.ts'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tag } from '../parts/status.tsx'
import { timeText } from '../parts/time-text.ts'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { useQuery } from '../router/use-query.ts'
import { asOf, flatten } from '../story/as-of.ts'
import { AsOfBand } from '../story/as-of-band.tsx'
import { STORY } from '../story/schema.ts'
import { useStory } from '../story/use-story.ts'
import { Members } from './members.tsx'
import { MembersLine } from './members-line.tsx'
import { lastRename } from './renames.ts'

interface Role extends Record<string, unknown> {
  id: string
  displayName: string
  owner?: string
}

/** The whole story of one role: who has it since when, how many had it, and everything that happened to it. */
export default function RolePage({ params: { id = '' } }: PageProps) {
  const [turn, setTurn] = useState(0)
  const { values, set } = useQuery(STORY)
  const role = useApi<Role>(['admin', 'roles', id], { excludedAttributes: 'members' })
  const members = useApi<{ totalResults?: number }>(role.data ? ['admin', 'roles', id, 'members'] : undefined, {
    limit: 1,
  })
  const { story, error } = useStory(id, turn)
  const now = useMemo(() => Date.now(), [story])
  const isGone = role.error?.status === 404
  const again = () => {
    role.again()
    members.again()
    setTurn((before) => before + 1)
  }
  const data = isGone ? undefined : role.data
  const last = story?.rows.find(({ RESOURCE_NAME }) => RESOURCE_NAME)?.RESOURCE_NAME
  const name = data?.displayName ?? last ?? ''
  const crumbs = <Crumbs place="roles" label="Roles" name={name} />
  if ((isGone && story?.rows.length === 0) || (role.error && !isGone)) {
    const title = isGone ? 'There is no such role, and the history knows none' : 'The role could not be read'
    return (
      <Page title="Role" crumbs={crumbs}>
        <Problem
          title={title}
          error={role.error ?? error ?? new ApiError(404, 'Search for it by its name under Roles')}
          again={again}
        >
          <a class="button small" href={addressOf(['roles'])}>
            All roles
          </a>
        </Problem>
      </Page>
    )
  }
  if (!data && !(isGone && story)) {
    return (
      <Page title="Role" crumbs={crumbs}>
        <Skeleton rows={10} />
      </Page>
    )
  }
  const at = values.asof === '' ? undefined : Date.parse(values.asof)
  const present = data ? flatten(data) : new Map<string, unknown>()
  const gone = Date.parse(story?.rows[0]?.EVENT_TIMESTAMP ?? '') - 1
  const time = at ?? (data ? undefined : gone)
  const state =
    time === undefined || !story
      ? { attributes: present, unknown: new Set<string>() }
      : asOf(id, present, story.rows, time)
  const rename = story && lastRename(story.rows, id)
  const count = members.data?.totalResults
  return (
    <Page
      title={`${name} · Roles`}
      schema={STORY}
      crumbs={crumbs}
      picture={<Initials text={name} />}
      heading={
        <>
          <Value text={name} max={80} /> {data ? null : <Tag tone="fail">Deleted</Tag>}
        </>
      }
      sub={
        <p class="quiet">
          {count === undefined ? null : `${count.toLocaleString('en-US')} ${count === 1 ? 'member' : 'members'}`}
          {rename ? (
            <>
              {' '}
              · was <Value text={rename.name} max={60} /> until {timeText(rename.at, 'short')}
            </>
          ) : null}
        </p>
      }
      actions={<RoleActions id={id} name={name} role={data} onDone={again} />}
    >
      {at === undefined ? null : <AsOfBand at={at} onBack={() => set({ asof: '' })} />}
      <div class="object-page">
        <div>
          {error ? <Problem title="The history could not be read" error={error} again={again} /> : null}
          {story && count !== undefined && data ? (
            <MembersLine
              {...{ id, count, story, at }}
              now={now}
              onAsOf={(chosen) => set({ asof: chosen === undefined ? '' : new Date(chosen).toISOString() })}
            />
          ) : null}
          {data && at === undefined ? (
            <Members
              role={{ id, name }}
              events={story?.rows ?? NO_EVENTS}
              q={values.q}
              onType={(q) => set({ q }, { typing: true })}
              turn={turn}
              onDone={again}
            />
          ) : null}
          <History id={id} kind="role" show={values.show} open={values.open} {...{ turn, at, set }} onDone={again} />
        </div>
        <ObjectSide kind="role" id={id} name={name} state={{ ...state, roles: [], at: time }} resource={data} />
      </div>
    </Page>
  )
}

const NO_EVENTS: readonly EventRow[] = []

interface RoleActionsProps {
  id: string
  name: string
  role: Role | undefined
  onDone: () => void
}

function RoleActions({ id, name, role, onDone }: RoleActionsProps) {
  const mayWrite = useMayWrite()
  if (!mayWrite) return null
  if (!role) return <UndropAction kind="role" {...{ id, name, onDone }} />
  const owner = role.owner ?? 'ADMIN'
  return (
    <MoreActions {...{ id, name, owner, onDone }} kind="role">
      {(done) => <GrantAction role={{ id, name }} onDone={done} />}
    </MoreActions>
  )
}
