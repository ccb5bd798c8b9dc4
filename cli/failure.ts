interface FailureOptions extends ErrorOptions {
  /** Whether the same call may succeed a moment later: nobody answered, or the service is busy. */
  isPassing?: boolean
  /** HTTP status of the answer that refused. */
  status?: number
}

/** The service refused, or could not be reached: exit code 1. The message says what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly isPassing: boolean
  readonly status: number | undefined

  constructor(message: string, { isPassing = false, status, ...options }: FailureOptions = {}) {
    super(message, options)
    this.isPassing = isPassing
    this.status = status
  }
}

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Of two options that undo each other. */
export const contradicting = (one: string, other: string): UsageError =>
  new UsageError(`${one} and ${other} contradict each other: give one of them`)
