import { expect } from 'vitest'
import { type Conversation, hold, valueAt } from '../../local/demo/conversation.ts'

/** A request as it was sent, for the event history to be held against. */
export interface Sent {
  method: string
  endpoint: string
  status: number
}

/** Holds a conversation with a running system; every step's expectations are checked. */
export async function holdChecked(conversation: Conversation, baseUrl: string, token: string): Promise<Sent[]> {
  const sent: Sent[] = []
  for await (const { step, path, status, text, body, filled } of hold(conversation, baseUrl, token)) {
    const { why, method } = step
    expect({ why, status, body: text }).toMatchObject({ why, status: step.expect.status })
    if (step.expect.body !== undefined) expect(body, why).toMatchObject(filled(step.expect.body) as object)
    for (const absent of step.expect.absent ?? []) expect(valueAt(body, absent), `${why}: ${absent}`).toBeUndefined()
    sent.push({ method, endpoint: `scim/v2${path.replace(/\?.*$/, '')}`, status })
  }
  return sent
}
