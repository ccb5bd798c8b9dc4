import { expect } from 'vitest'

/** One request of a recorded conversation and what must come back (test/idp/README.md). */
export interface Step {
  why: string
  method: string
  /** Relative to the base URL; `{{name}}` stands for a saved value. */
  path: string
  body?: unknown
  save?: Record<string, string>
  expect: { status: number; body?: unknown; absent?: string[] }
}

export interface Conversation {
  client: 'OKTA' | 'AZURE' | 'GENERIC'
  contentType: string
  steps: Step[]
}

/** A request as it was sent, for the event history to be held against. */
export interface Sent {
  method: string
  endpoint: string
  status: number
}

/** Holds a conversation with a running system; every step's expectations are checked. */
export async function hold(conversation: Conversation, baseUrl: string, token: string): Promise<Sent[]> {
  const saved = new Map<string, string>()
  const sent: Sent[] = []
  for (const step of conversation.steps) {
    const path = fill(step.path, saved)
    const answer = await fetch(baseUrl + path, {
      method: step.method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(step.body !== undefined && { 'Content-Type': conversation.contentType }),
      },
      ...(step.body !== undefined && { body: fill(JSON.stringify(step.body), saved) }),
    })
    const text = await answer.text()
    const body = text === '' ? undefined : JSON.parse(text)
    expect({ why: step.why, status: answer.status, body: text }).toMatchObject({
      why: step.why,
      status: step.expect.status,
    })
    if (step.expect.body !== undefined) expect(body, step.why).toMatchObject(filled(step.expect.body, saved) as object)
    for (const absent of step.expect.absent ?? [])
      expect(valueAt(body, absent), `${step.why}: ${absent}`).toBeUndefined()
    for (const [name, from] of Object.entries(step.save ?? {})) saved.set(name, String(valueAt(body, from)))
    sent.push({ method: step.method, endpoint: `scim/v2${path.replace(/\?.*$/, '')}`, status: answer.status })
  }
  return sent
}

const fill = (text: string, saved: Map<string, string>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name) => saved.get(name) ?? `{{${name}}}`)

const filled = (value: unknown, saved: Map<string, string>): unknown => JSON.parse(fill(JSON.stringify(value), saved))

const valueAt = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value: unknown, name) => (value as Record<string, unknown> | undefined)?.[name], body)
