import { TOKEN_LIKE } from '../auth/token.ts'
import { isSecret, MASKED, maskComparisons, maskExpression } from '../scim/secrets.ts'
import type { Change } from './rest-event.ts'

/** So often a text may be encoded and still be looked through; one that is encoded more often is hidden whole. */
const MAX_LAYERS = 8

/**
 * A text without secrets: nothing of a token's form but its id, no value compared with a secret attribute, however often
 * it is encoded. A text that hides none is left as it is.
 */
export function maskSecrets(text: string): string {
  let shown = maskPlain(text)
  let layer = shown
  for (let layers = 0; layers < MAX_LAYERS; layers++) {
    const decoded = decodeEscapes(layer)
    if (decoded === layer) return shown
    layer = maskPlain(decoded)
    if (layer !== decoded) shown = layer
  }
  return MASKED
}

/** The parameters of a query or payload, at any depth, without secret ones and without filters that name secrets. */
export function maskParameters(parameters: object): Record<string, unknown> {
  const masked = Object.entries(parameters).map(([name, value]) => [name, isSecret(name) ? MASKED : maskValue(value)])
  return Object.fromEntries(masked)
}

/** The parameters of a query as an event tells them: decoded, without secrets. */
export function toQueryText(parameters: object): string {
  const given = Object.entries(maskParameters(parameters)).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => `${name}=${value}`).join('&')
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

function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskExpression(value)
  if (Array.isArray(value)) return value.map(maskValue)
  return typeof value === 'object' && value !== null ? maskParameters(value) : value
}
/** A text in which no token stands but its id. */
export const maskTokens = (text: string): string => text.replace(TOKEN_LIKE, `$1${MASKED}`)
const maskPlain = (text: string): string => maskTokens(maskComparisons(text))

/** Takes off one layer of percent-encoding or of JSON's escapes, each where it is well-formed: the rest may not be. */
const decodeEscapes = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+|\\u([0-9a-f]{4})/gi, (escapes, unit?: string) =>
    unit ? String.fromCharCode(Number.parseInt(unit, 16)) : Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  )
