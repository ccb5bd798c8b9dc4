import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { toBusEvent } from '../../resources/feed/bus-event.ts'
import { type Outlet, sendAll } from './outlet.ts'

/** What PutEvents takes at once. */
const MAX_ENTRIES = 10
const SOURCE = 'rolecall'

/** An event of EventBridge for each change of a user, a group or an integration. */
export function openEventBus(
  EventBusName: string,
  client: Pick<EventBridgeClient, 'send'> = new EventBridgeClient({ maxAttempts: 4 }),
): Outlet {
  return {
    async send(events) {
      const parcels = events.flatMap((event) => {
        const content = toBusEvent(event)
        return content ? [{ event, content }] : []
      })
      return sendAll(parcels, MAX_ENTRIES, async (contents) => {
        const entries = contents.map(({ detailType, detail }) => ({
          ...{ EventBusName, Source: SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) },
          Time: new Date(detail.at),
        }))
        const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries }))
        return contents.map((_, n) => Entries[n]?.EventId !== undefined)
      })
    },
  }
}
