import { useEffect, useReducer } from 'preact/hooks'
import { Command } from '../parts/command.tsx'
import { Icon } from '../parts/icon.tsx'
import { Problem } from '../parts/problem.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { accountNow, addressOf } from '../router/address.ts'
import { type CheckState, InvariantCheck } from './invariants.ts'

const checks = new Map<string | undefined, InvariantCheck>()

function useCheck(): InvariantCheck {
  const account = accountNow()
  const check = checks.get(account) ?? new InvariantCheck()
  checks.set(account, check)
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  useEffect(() => {
    const leave = check.subscribe(() => redraw())
    return () => {
      leave()
    }
  }, [check])
  return check
}

/** The look at every object, name and membership for what may never be. */
export function CheckCard() {
  const check = useCheck()
  const { state } = check
  const isRunning = state.is === 'running'
  return (
    <section class="card health-check" aria-label="Invariant check">
      <div class="health-check-body">
        <div class="side-head">
          <h2>Invariant check</h2>
          {isRunning ? (
            <button type="button" class="button small" onClick={() => check.cancel()}>
              Cancel
            </button>
          ) : (
            <button type="button" class="button small" onClick={() => void check.run()}>
              {state.is === 'waiting' ? 'Run' : 'Run again'}
            </button>
          )}
        </div>
        <p class="quiet">
          Looks at every object, name and membership for what no request, fault or kill may leave behind. It reads all
          of the account and changes nothing.
        </p>
        <Result state={state} />
      </div>
      <Command words={['health', '--invariants']} />
    </section>
  )
}

const count = (value: number) => value.toLocaleString('en-US')

function Result({ state }: { state: CheckState }) {
  const { is, step, violations, error, at } = state
  if (is === 'waiting') return null
  const done = step === undefined ? 0 : step.part.number - (is === 'done' ? 0 : 1)
  return (
    <>
      {is === 'running' ? (
        <progress aria-label="Parts checked" max={step?.part.of ?? 1} value={step === undefined ? undefined : done} />
      ) : null}
      <p role="status">
        {is === 'running' && step === undefined ? 'Beginning…' : null}
        {is === 'running' && step
          ? `${count(step.checked)} checked, part ${step.part.number} of ${step.part.of}: ${step.part.name}`
          : null}
        {is !== 'running' && step ? (
          <>
            {is === 'done' ? '' : 'Not to its end: '}
            {count(step.checked)} objects, names and memberships checked:{' '}
            <b>{violations.length === 0 ? 'nothing is wrong' : several(violations.length)}</b>
            {step.changedByHand > 0 ? `; ${count(step.changedByHand)} changed by hand` : ''}.
          </>
        ) : null}
        {at === undefined || !step ? null : (
          <span class="meta">
            {' '}
            <Time at={at} />
          </span>
        )}
      </p>
      {error ? <Problem title="The check came to no end" error={error} /> : null}
      <ul class="lines">
        {violations.map((one, i) => (
          <li key={i} class="violation">
            <Icon name="warning" />
            <span>
              <Value text={one.message} />{' '}
              <a class="link" href={addressOf([one.type === 'ROLE' ? 'roles' : 'users', one.id])}>
                Open <Value text={one.name ?? one.id} max={40} />
              </a>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

const several = (found: number): string => (found === 1 ? '1 violation' : `${count(found)} violations`)
