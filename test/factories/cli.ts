import type { Api } from '../../cli/api.ts'
import type { Session } from '../../cli/command.ts'
import type { OutputFormat } from '../../cli/output.ts'
import { run } from '../../cli/run.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** What a command line did. */
export interface CliResult {
  code: number
  /** As `$(...)` captures it: without the last line break. */
  stdout: string
  stderr: string
}

export interface CliOptions extends Partial<Pick<Terminal, 'env' | 'isPerson' | 'pause'>> {
  /** Ctrl-C, for commands that go on until then; at the first pause unless a test presses it. */
  interrupted?: AbortSignal
  /** Called at each piece of output, as it is written. */
  onOutput?: (text: string) => void
  /** Called with each line that says how far long work has come. */
  onProgress?: (text: string) => void
  /** What a person answers to each question, where one is there. */
  answer?: (question: string) => string
  /** Called with each address that a browser is to show. */
  onOpen?: (url: string) => void
}

/** Runs one command line in this process; a person reads along unless it is said otherwise. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { env = {}, isPerson = true, onOutput } = options
  const atFirstPause = new AbortController()
  const written: string[] = []
  const told: string[] = []
  const code = await run(args, {
    ...{ env, isPerson },
    write: async (text) => {
      written.push(text)
      onOutput?.(text)
    },
    tell: (text) => told.push(text),
    progress: (text) => options.onProgress?.(text),
    ask: async (question) => options.answer?.(question),
    open: (url) => options.onOpen?.(url),
    untilInterrupted: () => options.interrupted ?? atFirstPause.signal,
    pause: options.pause ?? (async () => atFirstPause.abort()),
  })
  return { code, stdout: written.join('').replace(/\r?\n$/, ''), stderr: told.join('\n') }
}

/** A session of a command that is called by itself, and what it wrote. */
export function sessionOf(output: OutputFormat) {
  const written: string[] = []
  const told: string[] = []
  const progress: string[] = []
  const terminal: Terminal = {
    ...{ env: {}, isPerson: true },
    write: async (text) => void written.push(text),
    tell: (text) => told.push(text),
    progress: (text) => progress.push(text),
    ask: async () => undefined,
    open: () => {},
    untilInterrupted: () => new AbortController().signal,
    pause: async () => {},
  }
  const url = 'http://127.0.0.1:1'
  const credentials = () => Promise.reject(new Error('not asked'))
  const api: Api = {
    ...{ url, target: { url, region: 'us-east-1', credentials, startCommand: 'npm start', options: [] } },
    account: 'default',
    call: async () => Promise.reject(new Error('not asked')),
  }
  const session: Session = { terminal, output, hint: (words) => words, target: {}, api }
  return { session, written, told, progress }
}
