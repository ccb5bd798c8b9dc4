import { afterAll, expect } from 'vitest'
import { findCanary } from './canaries.ts'

/** Every test file of the engine's project looks at what its functions logged: no line may hold a secret it sent. */
const leaks: string[] = []
const write = process.stdout.write
process.stdout.write = ((text: string | Uint8Array, ...rest: []) => {
  const leak = String(text).startsWith('{"level"') ? findCanary(String(text)) : undefined
  if (leak !== undefined) leaks.push(leak)
  return write.call(process.stdout, text, ...rest)
}) as typeof write

afterAll(() => {
  process.stdout.write = write
  expect(leaks).toEqual([])
})
