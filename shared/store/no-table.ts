import type { Db } from './client.ts'

/** Answers everything at once with nothing, and sends it nowhere. */
const NOWHERE = {
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async () => ({ response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } }),
}

/**
 * A table that is empty and takes everything, for what is only rehearsed: with the steps and the settings of the client
 * of `db`, which stays as it is, all but the connection.
 */
export function openNoTable(db: Db): Db {
  const config = { ...db.client.config, requestHandler: NOWHERE }
  return { ...db, client: Object.create(db.client, { config: { value: config } }) }
}
