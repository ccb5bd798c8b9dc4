import { useState } from 'preact/hooks'
import { attributeName } from '../../../shared/audit/sentences/attributes.ts'
import { Command } from '../parts/command.tsx'
import { Icon } from '../parts/icon.tsx'
import { Tag } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import type { AsOf } from '../story/as-of.ts'
import type { HeldRole } from '../story/lanes.ts'
import { attributeText } from './attribute-text.ts'
import { Owner } from './owner.tsx'

/** What is shown beside the history: of now, or of a time. */
export interface SideState extends AsOf {
  roles: readonly (Pick<HeldRole, 'id' | 'name'> & Partial<HeldRole>)[]
  /** How many roles it had before and has no longer. */
  rolesBefore?: number
  /** Undefined: now. */
  at: number | undefined
}

interface ObjectSideProps {
  kind: 'user' | 'role'
  id: string
  name: string
  state: SideState
  /** As the service answers it now; undefined where it is deleted. */
  resource: Readonly<Record<string, unknown>> | undefined
}

/** Owner, roles and attributes, and the command that tells the same. */
export function ObjectSide({ kind, id, name, state, resource }: ObjectSideProps) {
  const [showsJson, setShowsJson] = useState(false)
  const direct = (resource?.directChanges ?? {}) as Readonly<Record<string, unknown>>
  return (
    <aside class="card side" aria-label={state.at === undefined ? 'What it is now' : 'What it was then'}>
      {typeof resource?.owner === 'string' ? <Owner role={resource.owner} /> : null}
      {kind === 'user' ? <Roles roles={state.roles} before={state.rolesBefore ?? 0} /> : null}
      <section>
        <div class="side-head">
          <h2>Attributes</h2>
          {resource ? (
            <button
              type="button"
              class="button quiet small"
              aria-pressed={showsJson}
              onClick={() => setShowsJson(!showsJson)}
            >
              <Icon name="code" />
              JSON
            </button>
          ) : null}
        </div>
        {showsJson ? (
          <pre class="raw">
            <Value text={JSON.stringify(resource, undefined, 2)} />
          </pre>
        ) : (
          <dl class="pairs">
            {[...state.attributes].map(([attribute, value]) => (
              <div key={attribute}>
                <dt title={attribute}>
                  <Value text={attributeName(attribute)} max={28} />
                </dt>
                <dd>
                  <AttributeValue value={value} /> {attribute in direct ? <Tag tone="accent">direct</Tag> : null}
                  {state.unknown.has(attribute) ? <span class="none"> not kept whole</span> : null}
                </dd>
              </div>
            ))}
            <div>
              <dt>id</dt>
              <dd>
                <code>
                  <Value text={id} max={16} />
                </code>
              </dd>
            </div>
            <Created meta={resource?.meta} />
          </dl>
        )}
      </section>
      <Command words={[kind, 'history', '--', resource ? name : id]} />
    </aside>
  )
}

const Created = ({ meta }: { meta: unknown }) => {
  const { created } = (meta ?? {}) as { created?: string }
  return created === undefined ? null : (
    <div>
      <dt>created</dt>
      <dd>
        <Time at={created} form="day" />
      </dd>
    </div>
  )
}

const AttributeValue = ({ value }: { value: unknown }) => (
  <>
    {attributeText(value).map((line, i) => (
      <span key={i} class="line">
        <Value text={line} max={60} />
      </span>
    ))}
  </>
)

const Roles = ({ roles, before }: { roles: SideState['roles']; before: number }) => {
  const [showsAll, setShowsAll] = useState(false)
  const shown = showsAll ? roles : roles.slice(0, 12)
  return (
    <section>
      <h2>
        Roles{' '}
        <span class="meta">
          {roles.length} {before > 0 ? `now, ${before} before` : null}
        </span>
      </h2>
      <ul class="lines">
        {shown.map(({ id, name, since }) => (
          <li key={id} class="held">
            <a class="link" href={addressOf(['roles', id])}>
              <Value text={name} max={40} />
            </a>
            {since === undefined ? null : (
              <span class="meta">
                since <Time at={since} form="day" />
              </span>
            )}
          </li>
        ))}
      </ul>
      {roles.length > shown.length ? (
        <button type="button" class="button small" onClick={() => setShowsAll(true)}>
          Show all {roles.length}
        </button>
      ) : null}
    </section>
  )
}
