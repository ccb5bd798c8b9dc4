import type { ComponentChildren } from 'preact'
import type { ApiError } from '../data/api.ts'
import { Icon } from './icon.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

interface ProblemProps {
  /** What could not be done: `The events could not be read`. */
  title: string
  error: ApiError
  again?: (() => void) | undefined
  /** When what is still shown came, in milliseconds since 1970. */
  age?: number | undefined
  /** Where else to go. */
  children?: ComponentChildren
}

/** What failed, what to do, and by which id those who run the service find it; where the content would be. */
export const Problem = ({ title, error, again, age, children }: ProblemProps) => (
  <div class="problem" role="alert">
    <Icon name="warning" />
    <div>
      <p class="strong">{title}</p>
      <p>
        <Value text={error.message} />
      </p>
      {age === undefined ? null : (
        <p class="meta">
          What is shown is of <Time at={age} form="full" />
        </p>
      )}
      {error.requestId ? <p class="meta">Request {error.requestId}</p> : null}
      {again ? (
        <button type="button" class="button small" onClick={again}>
          Try again
        </button>
      ) : null}{' '}
      {children}
    </div>
  </div>
)
