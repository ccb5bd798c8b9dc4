import { keepCompiledCode } from '../local/compiled-code.ts'

keepCompiledCode()
const { run } = await import('./run.ts')
const { processTerminal } = await import('./terminal.ts')

process.exitCode = await run(process.argv.slice(2), processTerminal())
