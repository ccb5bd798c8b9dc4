import type { Db } from '../../shared/store/client.ts'
import { openTestDb } from './engine.ts'

/** One call to the engine and the capacity units it took. */
interface WatchedCall {
  command: string
  units: number
}

/** The same table through a client that notes what each call costs; `before` may throw, as a lost request would. */
export function watchedDb({ tableName }: Db, before: (command: string) => void = () => {}) {
  const db = openTestDb(tableName)
  const calls: WatchedCall[] = []
  db.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        before(commandName)
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } }
        calls.push({ command: commandName, units: ConsumedCapacity?.CapacityUnits ?? 0 })
        return result
      },
    { step: 'initialize', priority: 'low' },
  )
  return { db, calls }
}
