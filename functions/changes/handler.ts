import { parseConfig, parseWorkQueueUrl } from '../../shared/config.ts'
import { changesHandler } from '../../shared/http/changes-handler.ts'
import { openDb } from '../../shared/store/client.ts'
import { openWorkQueue } from '../../shared/worker/queue.ts'

const db = openDb(parseConfig(process.env))

/** Hears from the table's stream, and once a minute, which heads have work left. */
export const handler = changesHandler({ db, queue: openWorkQueue(parseWorkQueueUrl(process.env)) })
