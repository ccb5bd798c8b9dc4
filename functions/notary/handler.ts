import { parseConfig, parseDigestStore } from '../../shared/config.ts'
import { notaryHandler } from '../../shared/http/notary-handler.ts'
import { openObjectStore } from '../../shared/notary/object-store.ts'
import { openDb } from '../../shared/store/client.ts'

const store = await openObjectStore(parseDigestStore(process.env) ?? '')

/** Makes the digests of the event history. */
export const handler = notaryHandler({ db: openDb(parseConfig(process.env)), store })
