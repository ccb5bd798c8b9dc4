import { parseConfig, parseWorkQueueUrl } from '../../shared/config.ts'
import { workerHandler } from '../../shared/http/worker-handler.ts'
import { openDb } from '../../shared/store/client.ts'
import { openWorkQueue } from '../../shared/worker/queue.ts'

const db = openDb(parseConfig(process.env))

/** Does what committed changes left to do. */
export const handler = workerHandler({ db, queue: openWorkQueue(parseWorkQueueUrl(process.env)) })
