import { useMemo, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { isResourceId } from '../../../shared/scim/resource-id.ts'
import { ApiError } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { useApi } from '../data/use-api.ts'
import { isUndoable, UndoAction } from '../events/undo-action.tsx'
import { Page } from '../frame/page.tsx'
import { History } from '../objects/history.tsx'
import { Crumbs, Initials } from '../objects/object-head.tsx'
import { ObjectSide, type SideState } from '../objects/object-side.tsx'
import type { PageProps } from '../pages.ts'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Tag } from '../parts/status.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { useQuery } from '../router/use-query.ts'
import { asOf, type FlatAttributes, flatten } from '../story/as-of.ts'
import { AsOfBand } from '../story/as-of-band.tsx'
import { lanesOf, rolesHeld } from '../story/lanes.ts'
import { LanesCard } from '../story/lanes-card.tsx'
import { ACTIVE } from '../story/moves.ts'
import { STORY } from '../story/schema.ts'
import { spanStart } from '../story/span-start.ts'
import { type Story, useStory } from '../story/use-story.ts'
import { UserActions } from './user-actions.tsx'

/** A user as the service shows it to administrators. */
export interface User extends Record<string, unknown> {
  id: string
  userName: string
  displayName?: string
  active?: boolean
  owner?: string
  directChanges?: Readonly<Record<string, unknown>>
  groups?: readonly { value: string; display?: string }[]
}

const NOTHING: FlatAttributes = new Map()

/** The whole story of one person: who it is, which roles it held when, and everything that happened to it. */
export default function UserPage({ params: { id = '' } }: PageProps) {
  const [turn, setTurn] = useState(0)
  const user = useApi<User>(['admin', 'users', id])
  const isGone = user.error?.status === 404
  // By what is neither a name nor an id the service would search every event that is kept.
  const isWrong = isGone && !isResourceId(id)
  const { story, error } = useStory(isWrong ? undefined : id, turn)
  const name = nameOf(user.data, story, isGone)
  const again = () => {
    user.again()
    setTurn((before) => before + 1)
  }
  const isUnknown = isGone && (isWrong || story?.rows.length === 0 || error !== undefined)
  if (isUnknown || (user.error && !isGone)) {
    return (
      <Page title="Users" crumbs={<Crumbs place="users" label="Users" name={id} />}>
        <Problem
          title={titleOf(isUnknown, error ? undefined : story)}
          error={user.error ?? error ?? NO_ERROR}
          again={again}
        >
          <a class="button small" href={addressOf(['users'])}>
            All users
          </a>
        </Problem>
      </Page>
    )
  }
  // Whether it was ever there is the history's to say.
  if (isGone ? !story : !user.data) {
    return (
      <Page title="User" crumbs={<Crumbs place="users" label="Users" name="" />}>
        <Skeleton rows={10} />
      </Page>
    )
  }
  return <UserView user={isGone ? undefined : user.data} {...{ id, name, story, turn, again }} storyError={error} />
}

function titleOf(isUnknown: boolean, story: Story | undefined): string {
  if (!isUnknown) return 'The user could not be read'
  return story ? 'There is no such user, and the history knows none' : 'There is no such user'
}

/** The name it has, or had last. */
function nameOf(user: User | undefined, story: Story | undefined, isGone: boolean): string {
  if (user && !isGone) return user.userName
  const last = story?.rows.find(({ RESOURCE_DOMAIN, RESOURCE_NAME }) => RESOURCE_DOMAIN === 'USER' && RESOURCE_NAME)
  return last?.RESOURCE_NAME ?? ''
}

interface UserViewProps {
  id: string
  name: string
  /** Undefined where it is deleted. */
  user: User | undefined
  story: Story | undefined
  storyError: ReturnType<typeof useStory>['error']
  turn: number
  again: () => void
}

function UserView({ id, name, user, story, storyError, turn, again }: UserViewProps) {
  const { values, set } = useQuery(STORY)
  // Grants name their members by id: of this one the name is known.
  if (name !== '') knownBeside().names.set(id, name)
  const now = useMemo(() => Date.now(), [story])
  const at = values.asof === '' ? undefined : Date.parse(values.asof)
  const roles = (user?.groups ?? []).map(({ value, display }) => ({ id: value, name: display ?? value }))
  const lanes = useMemo(
    () => story && lanesOf({ id, roles, active: user && user.active !== false }, story.rows, story.from, now),
    [story, user],
  )
  const from = story ? spanStart(story, now) : now
  const side = sideOf({ id, user, story, lanes, at, roles })
  const undoable = user && at === undefined ? story?.rows.find((row) => isOwnChange(row, id)) : undefined
  const title = String(side.attributes.get('displayName') ?? name)
  return (
    <Page
      title={`${name} · Users`}
      schema={STORY}
      crumbs={<Crumbs place="users" label="Users" name={name} />}
      picture={<Initials text={title} />}
      heading={
        <>
          <Value text={title} max={80} /> {user ? null : <Tag tone="fail">Deleted</Tag>}
          {user?.active === false ? <Tag tone="loss">Disabled</Tag> : null}
        </>
      }
      sub={
        <p class="quiet">
          <Value text={name} />
        </p>
      }
      actions={
        <UserActions id={id} name={name} user={user} onDone={again}>
          {undoable ? <UndoAction row={undoable} class="button" onDone={again} /> : null}
        </UserActions>
      }
    >
      {at === undefined ? null : <AsOfBand at={at} onBack={() => set({ asof: '' })} />}
      <div class="object-page">
        <div>
          {storyError ? <Problem title="The history could not be read" error={storyError} again={again} /> : null}
          {lanes && story ? (
            <LanesCard
              lanes={lanes}
              from={from}
              to={now}
              isCut={!story.isWhole}
              at={at}
              onAsOf={(time) => set({ asof: time === undefined ? '' : new Date(time).toISOString() })}
            />
          ) : (
            <Skeleton rows={4} />
          )}
          <History id={id} kind="user" show={values.show} open={values.open} {...{ turn, at, set }} onDone={again} />
        </div>
        <ObjectSide kind="user" id={id} name={name} state={side} resource={user} />
      </div>
    </Page>
  )
}

const isOwnChange = (row: EventRow, id: string): boolean => row.RESOURCE_ID === id && isUndoable(toFacts(row, {}))

interface SideInput extends Pick<UserViewProps, 'id' | 'user' | 'story'> {
  lanes: ReturnType<typeof lanesOf> | undefined
  at: number | undefined
  roles: readonly { id: string; name: string }[]
}

/** What stands beside the history: what is, or what was at the time asked for. */
function sideOf({ id, user, story, lanes, at, roles }: SideInput): SideState {
  const present = user ? flatten(user) : NOTHING
  const time = at ?? (user ? undefined : lastBefore(story, id))
  if (!story || !lanes) return { attributes: present, unknown: new Set(), roles, at: undefined }
  if (time !== undefined) return { ...asOf(id, present, story.rows, time), roles: rolesHeld(lanes, time), at: time }
  const rolesBefore = lanes.filter(({ key, isHeld }) => key !== ACTIVE && !isHeld).length
  return { attributes: present, unknown: new Set(), roles: rolesHeld(lanes), rolesBefore, at: undefined }
}

/** Of who is deleted, the moment before. */
function lastBefore(story: Story | undefined, id: string): number | undefined {
  const gone = story?.rows.find((row) => row.RESOURCE_ID === id && toFacts(row, {}).changes.length > 0)
  return gone && Date.parse(gone.EVENT_TIMESTAMP) - 1
}

const NO_ERROR = new ApiError(404, 'Search for it by its name under Users')
