import { useMemo } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { actorOf } from '../../../shared/audit/sentences/actor.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { knownBeside, useKnown } from '../data/known.ts'
import { usePagedList } from '../list/use-paged-list.ts'
import { WindowList } from '../list/window-list.tsx'
import { RevokeAction } from '../objects/member-action.tsx'
import { Search } from '../parts/filter-bar.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'
import { grantsOf } from './grants.ts'

interface Member {
  id: string
  name: string
  since?: string
}

interface MembersProps {
  role: { id: string; name: string }
  /** What happened to the role, newest first. */
  events: readonly EventRow[]
  q: string
  onType: (q: string) => void
  turn: number
  onDone: () => void
}

/** How many are drawn before one asks for all of them. */
const SHOWN = 20

/** Who has a role, since when, and by whom. */
export function Members({ role, events, q, onType, turn, onDone }: MembersProps) {
  const list = usePagedList<Member, Member>(
    {
      path: ['admin', 'roles', role.id, 'members'],
      query: { limit: q === '' ? SHOWN : 100, ...(q && { q }) },
      toRow: (member) => {
        knownBeside().names.set(member.id, member.name)
        return member
      },
      rowPx: 41,
    },
    turn,
  )
  const { rows } = list
  const known = useKnown()
  const grants = useMemo(() => grantsOf(events), [events])
  return (
    <section class="history" aria-label="Members">
      <div class="history-head">
        <h2>Members</h2>
        <Search label="Search members" placeholder="Start of a userName" value={q} onType={onType} />
      </div>
      <div class="card events">
        {list.error ? (
          <Problem title="The members could not be read" error={list.error} again={() => void list.more()} />
        ) : null}
        {rows.length === 0 && list.isLoading ? <Skeleton rows={4} /> : null}
        {rows.length === 0 && list.isWhole ? (
          <p class="meta pad">{q ? `No member begins with “${q}”` : 'Nobody has this role'}</p>
        ) : null}
        {rows.length > 0 ? (
          <WindowList
            label="Members"
            heights={list.heights}
            keyOf={(index) => rows[index]?.id ?? `row ${index}`}
            nameOf={(index) => `name-${rows[index]?.id}`}
            total={list.isWhole ? rows.length : undefined}
            isBusy={list.isLoading}
            onOpen={(index) => navigate(addressOf(['users', rows[index]?.id ?? '']))}
            render={(index) => {
              const member = rows[index]
              const grant = member && grants.get(member.id)
              return member ? (
                <div class="member-row">
                  <a class="link clip" id={`name-${member.id}`} href={addressOf(['users', member.id])}>
                    <Value text={member.name} max={60} />
                  </a>
                  <span class="meta">
                    {member.since ? (
                      <>
                        since <Time at={member.since} form="short" />
                      </>
                    ) : (
                      'since before the history begins'
                    )}
                    {grant ? (
                      <>
                        {' by '}
                        <a class="link" href={addressOf(['timeline', grant.EVENT_ID])}>
                          <Value text={actorOf(toFacts(grant, known)).text} max={30} />
                        </a>
                      </>
                    ) : null}
                  </span>
                  <RevokeAction user={member} role={role} onDone={onDone} />
                </div>
              ) : null
            }}
          />
        ) : null}
        {list.isWhole || rows.length === 0 ? null : (
          <p class="pad">
            <button type="button" class="button small" disabled={list.isLoading} onClick={() => void list.more()}>
              Show more
            </button>{' '}
            <span class="meta">
              {rows.length.toLocaleString('en-US')}
              {list.total === undefined ? '' : ` of ${list.total.toLocaleString('en-US')}`}
            </span>
          </p>
        )}
      </div>
    </section>
  )
}
