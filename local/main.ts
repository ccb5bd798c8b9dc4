import { flushCompileCache } from 'node:module'
import { keepCompiledCode } from './compiled-code.ts'

keepCompiledCode()
const { start } = await import('./start.ts')

await start(process.argv.slice(2))
flushCompileCache()
