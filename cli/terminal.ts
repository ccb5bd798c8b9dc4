/** Where a command reads from and writes to; tests pass their own. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  /** Whether a person reads standard output. */
  isPerson: boolean
  /** Results: what a script may capture. One line or several, without the last line break. */
  print(text: string): void
  /** Everything else: hints, warnings, errors. */
  tell(text: string): void
}

export function processTerminal(): Terminal {
  process.stdout.on('error', leaveQuietly)
  return {
    env: process.env,
    isPerson: process.stdout.isTTY === true,
    print: (text) => process.stdout.write(`${text}\n`),
    tell: (text) => process.stderr.write(`${text}\n`),
  }
}

/** `rolecall ... | head` closes the pipe: no failure. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
