import { parseConfig } from '../../shared/config.ts'
import { checkHandler } from '../../shared/http/check-handler.ts'
import { openDb } from '../../shared/store/client.ts'

/** Looks each night for what may never be. */
export const handler = checkHandler({ db: openDb(parseConfig(process.env)) })
