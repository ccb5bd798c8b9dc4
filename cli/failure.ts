/** The service refused, or could not be reached: exit code 1. The message says what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
