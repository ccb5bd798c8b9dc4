import { setTimeout } from 'node:timers/promises'
import { openInBrowser } from './open-in-browser.ts'

/** Where a command reads from and writes to; tests pass their own. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  /** Whether a person reads standard output. */
  isPerson: boolean
  /** Results, as they are: what a script may capture. Done when there is room for more. */
  write(text: string): Promise<void>
  /** Everything else: hints, warnings, errors. One line or several, without the last line break. */
  tell(text: string): void
  /** How far long work has come: one line that the next one replaces, for a person only. */
  progress(text: string): void
  /** What a person answers to a question; nothing where no person is there. */
  ask(question: string): Promise<string | undefined>
  /** Shows an address in the browser, where there is one. */
  open(url: string): void
  /** From now on Ctrl-C ends nothing by itself: it aborts the signal. */
  untilInterrupted(): AbortSignal
  /** Waits, no longer than until the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

export function processTerminal(): Terminal {
  process.stdout.on('error', leave)
  const line = progressLine(process.stderr)
  return {
    env: process.env,
    isPerson: process.stdout.isTTY === true,
    write: (text) => {
      line.clear()
      return new Promise((done) => process.stdout.write(text, () => done()))
    },
    tell: (text) => {
      line.clear()
      process.stderr.write(`${text}\n`)
    },
    progress: line.show,
    ask: (question) => {
      line.clear()
      return ask(question)
    },
    open: openInBrowser,
    untilInterrupted,
    pause: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
  }
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<undefined>((end) => reader.once('close', () => end(undefined)))
  try {
    return await Promise.race([reader.question(question), ended])
  } finally {
    reader.close()
  }
}

/** A line of a terminal that is written over and taken away; nothing where a file or a pipe is written. */
export function progressLine(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>) {
  let isShown = false
  const clear = () => {
    if (isShown) stream.write('\r\u001b[2K')
    isShown = false
  }
  const show = (text: string) => {
    if (!stream.isTTY) return
    clear()
    stream.write(text)
    isShown = true
  }
  return { clear, show }
}

/** `rolecall ... | head` closes the pipe: no failure. A full disk is one, of which whoever reads the output must know. */
function leave({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`The output cannot be written: ${message}\n`)
  process.exit(1)
}

function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort())
  return controller.signal
}
