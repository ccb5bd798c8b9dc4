import { parseConfig, parseDigestStore } from '../../shared/config.ts'
import { watchHandler } from '../../shared/http/watch-handler.ts'
import { openDb } from '../../shared/store/client.ts'

/** Looks for tokens that end soon and integrations that fell silent. */
export const handler = watchHandler({
  db: openDb(parseConfig(process.env)),
  hasDigests: parseDigestStore(process.env) !== undefined,
})
