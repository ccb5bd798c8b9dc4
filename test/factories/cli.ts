import { run } from '../../cli/run.ts'

/** What a command line did. */
export interface CliResult {
  code: number
  stdout: string
  stderr: string
}

/** Runs one command line in this process; a person reads along unless it is said otherwise. */
export async function runCli(
  args: readonly string[],
  { env = {}, isPerson = true }: { env?: Record<string, string>; isPerson?: boolean } = {},
): Promise<CliResult> {
  const printed: string[] = []
  const told: string[] = []
  const code = await run(args, {
    ...{ env, isPerson },
    print: (text) => printed.push(text),
    tell: (text) => told.push(text),
  })
  return { code, stdout: printed.join('\n'), stderr: told.join('\n') }
}
