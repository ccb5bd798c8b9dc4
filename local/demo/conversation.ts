/** One request of a recorded conversation, and what must come back (test/idp/README.md). */
export interface Step {
  why: string
  method: string
  /** Relative to the base URL; `{{name}}` stands for a saved value. */
  path: string
  body?: unknown
  /** Values of the answer that later steps name, by their dotted path. */
  save?: Record<string, string>
  expect: { status: number; body?: unknown; absent?: string[] }
}

/** What one identity provider sends, in order. */
export interface Conversation {
  client: 'OKTA' | 'AZURE' | 'GENERIC'
  contentType: string
  steps: Step[]
}

/** A step that was sent, and its answer. */
export interface Answered {
  step: Step
  /** As it was sent. */
  path: string
  status: number
  /** The body as text, and parsed where there is one. */
  text: string
  body: unknown
  /** Names that stand for saved values, filled in. */
  filled(value: unknown): unknown
}

/** Sends a conversation to a system, step by step; whoever takes the steps sets the pace. */
export async function* hold(
  { steps, contentType }: Pick<Conversation, 'steps' | 'contentType'>,
  baseUrl: string,
  token: string,
  saved = new Map<string, string>(),
): AsyncGenerator<Answered> {
  for (const step of steps) {
    const path = fill(step.path, saved)
    const hasBody = step.body !== undefined
    const answer = await fetch(baseUrl + path, {
      method: step.method,
      headers: { Authorization: `Bearer ${token}`, ...(hasBody && { 'Content-Type': contentType }) },
      ...(hasBody && { body: fill(JSON.stringify(step.body), saved) }),
    })
    const text = await answer.text()
    const body = text === '' ? undefined : JSON.parse(text)
    for (const [name, from] of Object.entries(step.save ?? {})) saved.set(name, String(valueAt(body, from)))
    const filled = (value: unknown): unknown => JSON.parse(fill(JSON.stringify(value), saved))
    yield { step, path, status: answer.status, text, body, filled }
  }
}

const fill = (text: string, saved: ReadonlyMap<string, string>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name) => saved.get(name) ?? `{{${name}}}`)

/** The value at a dotted path of an answer. */
export const valueAt = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value: unknown, name) => (value as Record<string, unknown> | undefined)?.[name], body)
