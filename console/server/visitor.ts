import type { IncomingMessage } from 'node:http'
import { forbidden, ScimError, unauthorized } from '../../shared/scim/error.ts'
import { CSRF_HEADER } from '../api.ts'
import type { Session } from './session.ts'

/** Other names of this machine are sites of their own to a browser, and whoever rebinds a name in DNS has one too. */
export function requireHost({ headersDistinct }: IncomingMessage, url: string): void {
  const [host, another] = headersDistinct.host ?? []
  if (host === new URL(url).host && another === undefined) return
  throw new ScimError(421, undefined, `The console is not served under this name: open ${url}`)
}

/** Every browser says where a request comes from; pages of other ports are another origin, though the same site. */
export function requirePage({ headers }: IncomingMessage, url: string): void {
  const { origin, 'sec-fetch-site': site } = headers
  const isForeign = (origin ?? url) !== url || (site ?? 'same-origin') !== 'same-origin'
  const isUntold = origin === undefined && site === undefined
  if (isForeign || isUntold) throw forbidden(`Only the page at ${url} may ask for its data: open it there`)
}

/** @throws {ScimError} 401 saying how to get a session. */
export function requireSession({ headers }: IncomingMessage, session: Session, howToOpen: string): void {
  if (!session.isOpenTo(headers.cookie)) throw unauthorized(`This page has no session: ${howToOpen}`)
}

/** A request that may change something carries what only a page that could read our answers knows. */
export function requireOwnWrite({ method, headers }: IncomingMessage, session: Session): void {
  if (method === 'GET') return
  const word = headers[CSRF_HEADER]
  if (typeof word === 'string' && session.isOwnWrite(word)) return
  throw forbidden(`Cannot ${method}: the header ${CSRF_HEADER} is missing or of an older session; load the page again`)
}
