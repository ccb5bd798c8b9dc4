import { TOKEN_LIKE } from '../auth/token.ts'
import { isSecret, MASKED, maskComparisons, maskExpression } from '../scim/secrets.ts'
import type { Change } from './rest-event.ts'

/** A text without secrets: nothing of a token's form but its id, no value compared with a secret attribute. */
export function maskSecrets(text: string): string {
  const masked = maskPlain(text)
  if (!text.includes('%')) return masked
  const decoded = decode(text)
  const inner = maskPlain(decoded)
  return inner === decoded ? masked : inner
}

/** The parameters of a query or payload, without secret ones and without filters that name what is secret. */
export function maskParameters(parameters: object): Record<string, unknown> {
  const masked = Object.entries(parameters).map(([name, value]) => [name, isSecret(name) ? MASKED : maskValue(value)])
  return Object.fromEntries(masked)
}

/** A path that a client wrote, without secrets; what stands behind a question mark is shown as a parameter is. */
export const maskPath = (path: string): string =>
  maskSecrets(path.replace(/\?.*/s, (query) => `?${maskExpression(query.slice(1))}`))

/** Changes whose texts hold no tokens; secret attributes never get among them (`changes.ts`). */
export function maskChanges(changes: Change[]): Change[] {
  const json = JSON.stringify(changes)
  const masked = maskTokens(json)
  return masked === json ? changes : JSON.parse(masked)
}

const maskValue = (value: unknown): unknown => (typeof value === 'string' ? maskExpression(value) : value)
const maskTokens = (text: string): string => text.replace(TOKEN_LIKE, `$1${MASKED}`)
const maskPlain = (text: string): string => maskTokens(maskComparisons(text))

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
