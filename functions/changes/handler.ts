import { parseConfig, parseOutlets, parseWorkQueueUrl } from '../../shared/config.ts'
import { changesHandler } from '../../shared/http/changes-handler.ts'
import { openDb } from '../../shared/store/client.ts'
import { openOutlets } from '../../shared/worker/outlets/open.ts'
import { openWorkQueue } from '../../shared/worker/queue.ts'

const db = openDb(parseConfig(process.env))
const outlets = await openOutlets(parseOutlets(process.env))

/** Hears from the table's stream, and once a minute, which heads have work left; and hands events on. */
export const handler = changesHandler({ db, queue: openWorkQueue(parseWorkQueueUrl(process.env)), outlets })
