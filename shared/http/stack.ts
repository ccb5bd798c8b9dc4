import type { SourceMap } from 'node:module'

/** Beside the bundle, under a name that Node does not look for: read at a start it would cost time and memory each time. */
export const TRACE_FILE = 'trace.json'

/** A place in the bundle, as stacks name it. */
const PLACE = /file:\S*\/index\.mjs:(\d+):(\d+)/g

let map: SourceMap | null | undefined

/** A stack that names our files and their lines, not those of the bundle. Without the bundle's map it stays as it is. */
export function readableStack(stack: string): string {
  if (!stack.includes('/index.mjs:')) return stack
  map ??= openMap()
  return stack.replace(PLACE, (place, line, column) => {
    const found = map?.findEntry(Number(line) - 1, Number(column) - 1)
    return found && 'originalSource' in found ? `${found.originalSource}:${found.originalLine + 1}` : place
  })
}

/** Asked for when needed: nothing of it is loaded at a start. */
function openMap(): SourceMap | null {
  try {
    const { readFileSync } = process.getBuiltinModule('node:fs')
    const { SourceMap } = process.getBuiltinModule('node:module')
    return new SourceMap(JSON.parse(readFileSync(new URL(TRACE_FILE, import.meta.url), 'utf8')))
  } catch {
    return null
  }
}
