import { once } from 'node:events'
import { flushCompileCache } from 'node:module'
import { keepCompiledCode } from '../compiled-code.ts'
import type { RegionSettings } from './region-messages.ts'

// One region of several: gateway, functions and driver in a process of their own, since handlers read their configuration once.
// It ends when its parent says so, or is gone.
keepCompiledCode()
const [[settings], { runRegion }] = await Promise.all([
  once(process, 'message') as Promise<[RegionSettings]>,
  import('./run-region.ts'),
])
await runRegion(settings)
flushCompileCache()
