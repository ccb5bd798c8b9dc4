import { createTable } from '../../local/engine/create-table.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { Failure } from '../failure.ts'
import { scanPages } from './tables.ts'

/** Makes a table with all that another one holds now, as point-in-time recovery would. @returns how many items. @throws {Failure} where it is there. */
export async function copyTable(from: Db, to: Db): Promise<number> {
  await createTable(to).catch((cause: unknown) => {
    if (!(cause instanceof Error) || cause.name !== 'ResourceInUseException') throw cause
    throw new Failure(`There is a table "${to.tableName}": give another name`, { cause })
  })
  let count = 0
  for await (const items of scanPages(from)) {
    await batchWrite(
      to,
      items.map((Item) => ({ PutRequest: { Item } })),
    )
    count += items.length
  }
  return count
}
