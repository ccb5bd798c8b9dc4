import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { toArchiveRow } from '../../audit/archive-row.ts'
import { type Outlet, sendAll } from './outlet.ts'

/** Records of one call: it takes 500 and 4 MB, an event is 16 KB at most once its changes are unpacked and its texts escaped. */
const MAX_RECORDS = 200

/** A JSON line for each event, to a stream of Firehose. */
export function openArchive(
  DeliveryStreamName: string,
  client: Pick<FirehoseClient, 'send'> = new FirehoseClient({ maxAttempts: 4 }),
): Outlet {
  return {
    send: async (events) => {
      const parcels = events.map((event) => ({ event, content: `${JSON.stringify(toArchiveRow(event))}\n` }))
      return sendAll(parcels, MAX_RECORDS, async (lines) => {
        const Records = lines.map((line) => ({ Data: Buffer.from(line) }))
        const { RequestResponses = [] } = await client.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }))
        return lines.map((_, n) => RequestResponses[n]?.RecordId !== undefined)
      })
    },
  }
}
