import { randomUUID } from 'node:crypto'
import type { ClientKind } from '../../shared/scim/client-kind.ts'

/** One request as a provider sends it when somebody presses *Test*. */
export interface Probe {
  path: string
  query?: Readonly<Record<string, string>>
  /** Whether the answer is a list, and whether it must be empty. */
  list?: 'any' | 'empty'
}

const USERS = { path: '/Users', list: 'any' } as const

/** Looks for somebody who cannot be there: an empty list is good, 404 is not. */
const lookUp = (): Probe => ({ ...USERS, query: { filter: `userName eq "${randomUUID()}"` }, list: 'empty' })

/** What the test of each kind of provider sends, also where nothing is there yet. */
export const PROBES: Readonly<Record<ClientKind, () => Probe[]>> = {
  OKTA: () => [
    { ...USERS, query: { startIndex: '1', count: '2' } },
    { path: '/Groups', list: 'any', query: { startIndex: '1', count: '100' } },
  ],
  AZURE: () => [lookUp()],
  GENERIC: () => [
    { path: '/ServiceProviderConfig' },
    { path: '/ResourceTypes/User' },
    { path: '/Schemas', list: 'any' },
    { ...USERS, query: { count: '1' } },
    lookUp(),
  ],
}

/** A probe in a line, as it is called. */
export const probeText = ({ path, query = {} }: Probe): string =>
  `GET ${path}${Object.keys(query).length > 0 ? '?' : ''}${Object.entries(query)
    .map((pair) => pair.join('='))
    .join('&')}`

/** What came back, as far as it is judged. */
export interface ProbeAnswer {
  status: number
  contentType: string
  text: string
  ms: number
}

const PROBE_TIMEOUT_MS = 65_000
/** What this command calls itself, so that nobody takes its requests for the provider's. */
export const AGENT = 'rolecall check'

/** Sends one; a base URL may have a query of its own, such as Entra's flag. @returns why nothing came back otherwise. */
export async function sendProbe(baseUrl: string, token: string, { path, query }: Probe): Promise<ProbeAnswer | string> {
  const [base = '', flags] = baseUrl.split('?')
  const parameters = [new URLSearchParams(query).toString(), flags].filter(Boolean).join('&')
  const begin = performance.now()
  try {
    const response = await fetch(`${base}${path}${parameters && `?${parameters}`}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/scim+json', 'user-agent': AGENT },
      ...{ redirect: 'manual', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
    })
    const text = await response.text()
    const contentType = response.headers.get('content-type') ?? 'none'
    return { status: response.status, contentType, text, ms: Math.round(performance.now() - begin) }
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? message
  }
}
