import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import { useKnown } from '../data/known.ts'
import { tookText } from '../events/event-row.tsx'
import { Sentence } from '../events/sentence.tsx'
import { Command } from '../parts/command.tsx'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../parts/time.tsx'
import { addressOf } from '../router/address.ts'
import { CHECKS, type CheckName, reasonOf, strayOf, type Ticks } from './live-check.ts'

interface LiveCheckProps {
  integration: string
  /** What the provider is called. */
  title: string
  ticks: Ticks
  /** What came since the guide was opened, oldest first. */
  rows: readonly EventRow[]
  /** Whether a request was there before. */
  wasUsed: boolean
}

/** After how long nothing is worth a word, in milliseconds. */
const QUIET_MS = 120_000
const SHOWN = 6

/** Ticks by itself what an identity provider does: it only shows the events it is given. */
export function LiveCheck({ integration, title, ticks, rows, wasUsed }: LiveCheckProps) {
  const [seconds, setSeconds] = useState(0)
  const known = useKnown()
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  const waiting = CHECKS.find((name) => ticks[name] === undefined)
  const stray = ticks.token ? undefined : strayOf(rows)
  const mine = rows.filter(({ ACTOR_DOMAIN }) => ACTOR_DOMAIN === integration).toReversed()
  return (
    <aside class="live-check" aria-label="Live check">
      <div class="live-body">
        <div class="side-head">
          <h2>Live check</h2>
          <span class="meta">
            {waiting
              ? `listening for ${seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`}`
              : 'all there'}
          </span>
        </div>
        <ul class="checks" aria-live="polite">
          {CHECKS.map((name) => (
            <Check
              key={name}
              name={name}
              row={ticks[name]}
              isWaiting={name === waiting}
              title={title}
              wasUsed={wasUsed}
            />
          ))}
        </ul>
        {stray ? (
          <p class="note">
            <Icon name="warning" /> A request came from {stray.CLIENT_IP}, but it was turned away:{' '}
            {reasonOf(stray) || 'its token opens nothing'}. Was the token pasted whole?
          </p>
        ) : null}
        {!stray && mine.length === 0 && seconds * 1000 > QUIET_MS ? (
          <p class="note">
            <Icon name="clock" /> Nothing yet. Is the base URL reachable from the internet? Press Test in {title}.
          </p>
        ) : null}
        {mine.length > 0 ? (
          <>
            <h3>Arrived so far</h3>
            <ul class="arrived">
              {mine.slice(0, SHOWN).map((row) => (
                <li key={row.EVENT_ID}>
                  <a href={addressOf(['timeline', row.EVENT_ID])} class="meta">
                    <Time at={row.EVENT_TIMESTAMP} />
                  </a>
                  <Sentence words={toSentence(row, known)} />
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
      <Command words={['check', integration]} />
    </aside>
  )
}

interface Texts {
  done: string
  waiting: string
  hint: (title: string) => string
}

const TEXTS: Readonly<Record<CheckName, Texts>> = {
  token: {
    done: 'Token accepted',
    waiting: 'Waiting for the first request…',
    hint: (title) => `press Test in ${title}`,
  },
  test: {
    done: 'Connection test answered',
    waiting: 'Waiting for the connection test…',
    hint: (title) => `press Test in ${title}`,
  },
  user: { done: 'First user', waiting: 'Waiting for the first user…', hint: (title) => `assign somebody in ${title}` },
  role: { done: 'First role', waiting: 'Waiting for the first role…', hint: () => 'if you push groups' },
}

interface CheckProps {
  name: CheckName
  row: EventRow | undefined
  isWaiting: boolean
  title: string
  wasUsed: boolean
}

function Check({ name, row, isWaiting, title, wasUsed }: CheckProps) {
  const { done, waiting, hint } = TEXTS[name]
  const form = row ? 'done' : isWaiting ? 'waiting' : 'later'
  return (
    <li class={`check ${form}`}>
      {row ? <Icon name="check" /> : <span class={isWaiting ? 'spinner' : undefined} />}
      <div>
        <p>{row || !isWaiting ? done : waiting}</p>
        <p class="meta">
          {row ? (
            <>
              <Time at={row.EVENT_TIMESTAMP} /> from {row.CLIENT_IP}, {row.HTTP_STATUS}{' '}
              {tookText(row.DURATION_MS) && `in ${tookText(row.DURATION_MS)}`}
            </>
          ) : name === 'token' && wasUsed ? (
            'it was used before; now waiting for the next'
          ) : (
            hint(title)
          )}
        </p>
      </div>
    </li>
  )
}
