import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import type { ApiAnswer } from '../data/answer.ts'
import { ApiError, ask } from '../data/api.ts'
import { useKnown } from '../data/known.ts'
import { useMayWrite } from '../data/session.tsx'
import { Sentence } from '../events/sentence.tsx'
import { isUndoable, UndoAction } from '../events/undo-action.tsx'
import { addressOf } from '../router/address.ts'
import { leave, mayLeave } from '../router/leaving.ts'
import { Command } from './command.tsx'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon-name.ts'
import { Problem } from './problem.tsx'
import { Skeleton } from './skeleton.tsx'

/** What an action would do, as the dry run says it. */
export interface Plan {
  /** What would be changed, each in a line; the first ten are shown. */
  lines: readonly ComponentChildren[]
  /** How many objects would be changed; more than one must be typed. None: there is nothing to do. */
  count: number
  /** What would be refused, or cannot be taken back. */
  warning?: string | undefined
}

interface ActionProps {
  /** The verb: `Disable`. The button adds dots, since it only asks. */
  label: string
  /** What it changes, where several buttons bear the same verb: for those who hear them one by one. */
  about?: string | undefined
  icon?: IconName
  class?: string
  /** What the dialog is called and the button says that does it: `Disable ada@example.com`. */
  confirm: string
  /** The command that does the same, words behind `rolecall`. */
  words: readonly string[]
  /** The dry run. */
  plan: (signal: AbortSignal) => Promise<Plan>
  /** Does it. */
  carryOut: () => Promise<ApiAnswer<unknown>>
  /** What the answer gives to take along, such as a token that is shown this once. */
  result?: (body: unknown) => ComponentChildren
  /** It is done, and what was done is read: what is shown should be asked for again. */
  onDone?: () => void
  /** Fields that the dry run follows; `planKey` says when they changed. */
  children?: ComponentChildren
  planKey?: string
}

/**
 * A button that changes something: the dry run says what, a command says how, the confirming button repeats the verb,
 * and the event says what was done. Whoever may not write sees no button.
 */
export function Action(props: ActionProps) {
  const { label, about, icon } = props
  const [isOpen, setOpen] = useState(false)
  if (!useMayWrite()) return null
  return (
    <>
      <button
        type="button"
        class={props.class ?? 'button'}
        aria-label={about && `${label} ${about}…`}
        onClick={() => setOpen(true)}
      >
        {icon ? <Icon name={icon} /> : null}
        {label}…
      </button>
      {isOpen ? <ActionDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

type Stage =
  | { is: 'planning' }
  | { is: 'planned'; plan: Plan }
  | { is: 'working'; plan: Plan }
  | { is: 'done'; answer: ApiAnswer<unknown> }
  | { is: 'failed'; error: ApiError }

const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, String(error instanceof Error ? error.message : error))

function ActionDialog(props: ActionProps & { onClose: () => void }) {
  const { confirm, words, plan, carryOut, onDone, onClose, children, planKey } = props
  const [stage, setStage] = useState<Stage>({ is: 'planning' })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    setStage({ is: 'planning' })
    plan(stop.signal).then(
      (made) => stop.signal.aborted || setStage({ is: 'planned', plan: made }),
      (error) => stop.signal.aborted || setStage({ is: 'failed', error: toApiError(error) }),
    )
    return () => stop.abort()
  }, [planKey, turn])
  const doIt = async (made: Plan) => {
    setStage({ is: 'working', plan: made })
    try {
      setStage({ is: 'done', answer: await carryOut() })
    } catch (error) {
      setStage({ is: 'failed', error: toApiError(error) })
    }
  }
  if (stage.is === 'done') {
    const close = () => {
      onClose()
      onDone?.()
    }
    return (
      <Dialog title={confirm} onClose={close} mayClose={() => mayLeave(close)}>
        <Done answer={stage.answer} onClose={() => leave(close)}>
          {props.result?.(stage.answer.body)}
        </Done>
      </Dialog>
    )
  }
  return (
    <Dialog title={confirm} onClose={onClose} mayClose={() => stage.is !== 'working'}>
      {children}
      {stage.is === 'planning' ? <Skeleton rows={2} /> : null}
      {stage.is === 'failed' ? (
        <Problem title="It was not done" error={stage.error} again={() => setTurn((before) => before + 1)} />
      ) : null}
      {stage.is === 'planned' || stage.is === 'working' ? (
        <Planned
          plan={stage.plan}
          confirm={confirm}
          isWorking={stage.is === 'working'}
          onConfirm={() => doIt(stage.plan)}
          onClose={onClose}
        >
          <Command words={words} />
        </Planned>
      ) : null}
    </Dialog>
  )
}

/** Names that are shown before the rest is counted. */
const SHOWN_LINES = 10

interface PlannedProps {
  plan: Plan
  confirm: string
  isWorking: boolean
  onConfirm: () => void
  onClose: () => void
  children: ComponentChildren
}

function Planned({ plan: { lines, count, warning }, confirm, isWorking, onConfirm, onClose, children }: PlannedProps) {
  const [typed, setTyped] = useState('')
  const mustType = count > 1
  const isReady = count > 0 && !isWorking && (!mustType || typed.trim() === String(count))
  const submit = (event: Event) => {
    event.preventDefault()
    if (isReady) onConfirm()
  }
  return (
    <form class="plan" onSubmit={submit}>
      <p class="meta">{count === 0 ? 'There is nothing to change.' : 'It will do this:'}</p>
      <ul class="plan-lines">
        {lines.slice(0, SHOWN_LINES).map((line, i) => (
          <li key={i}>{line}</li>
        ))}
        {lines.length > SHOWN_LINES || count > lines.length ? (
          <li class="meta">and {(Math.max(count, lines.length) - SHOWN_LINES).toLocaleString('en-US')} more</li>
        ) : null}
      </ul>
      {warning === undefined ? null : (
        <p class="note">
          <Icon name="warning" /> {warning}
        </p>
      )}
      {children}
      {mustType ? (
        <label class="field-line">
          <span>Type {count} to confirm how many are changed</span>
          <input
            class="input"
            inputMode="numeric"
            autocomplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      ) : null}
      <div class="dialog-actions">
        <button type="button" class="button" disabled={isWorking} onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button primary" disabled={!isReady}>
          {isWorking ? `${confirm}…` : confirm}
        </button>
      </div>
    </form>
  )
}

interface DoneProps {
  answer: ApiAnswer<unknown>
  onClose: () => void
  children?: ComponentChildren
}

/**
 * What was done, in the words of its event, which is there as soon as the answer is, and how it is taken back. Where it
 * took several requests, all of it is counted, and each leads to its events.
 */
function Done({ answer: { requestIds, changed = 0 }, onClose, children }: DoneProps) {
  const isMany = requestIds.length > 1
  const [rows, setRows] = useState<readonly EventRow[]>([])
  const known = useKnown()
  const ofObjects = rows.filter(({ RESOURCE_ID }) => RESOURCE_ID !== null)
  const told = ofObjects.length > 0 ? ofObjects : rows
  const undoable = told.length === 1 && !isMany ? told.find((row) => isUndoable(toFacts(row, known))) : undefined
  useEffect(() => {
    const all = requestIds.slice(0, SHOWN_LINES).map((request) => {
      const query = { request, type: 'ALL', last: '1h', allowEmpty: true, limit: SHOWN_LINES, purpose: 'console' }
      return ask<{ events: EventRow[] }>({ path: ['events'], query })
    })
    void Promise.all(all).then(
      (answers) => setRows(answers.flatMap(({ events }) => events)),
      () => undefined,
    )
  }, [requestIds])
  return (
    <>
      <p role="status" class="strong">
        {isMany ? `Done: ${changed.toLocaleString('en-US')} changed, in ${requestIds.length} requests` : 'Done'}
      </p>
      {told.slice(0, SHOWN_LINES).map((row) => (
        <p key={row.EVENT_ID} class="done-line">
          <Sentence words={toSentence(row, known)} />{' '}
          <a class="link" href={addressOf(['timeline', row.EVENT_ID])}>
            See the event
          </a>
        </p>
      ))}
      {isMany ? (
        <p>
          All events of{' '}
          {requestIds.map((id, i) => (
            <>
              {i > 0 ? ', ' : ''}
              <a key={id} class="link" href={addressOf([], new URLSearchParams({ request: id, last: 'all' }))}>
                request {i + 1}
              </a>
            </>
          ))}
        </p>
      ) : null}
      {undoable ? <UndoAction row={undoable} onDone={onClose} /> : null}
      {children}
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  )
}
