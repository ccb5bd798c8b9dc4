interface FailureOptions extends ErrorOptions {
  /** Whether the same call may succeed a moment later: nobody answered, or the service is busy. */
  isPassing?: boolean
}

/** The service refused, or could not be reached: exit code 1. The message says what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly isPassing: boolean

  constructor(message: string, { isPassing = false, ...options }: FailureOptions = {}) {
    super(message, options)
    this.isPassing = isPassing
  }
}

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
