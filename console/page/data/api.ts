import { API_BASE, CSRF_HEADER } from '../../api.ts'
import { accountNow } from '../router/address.ts'
import type { ApiAnswer } from './answer.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A request to a route of the service: `['admin', 'users', id]`. */
export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: readonly string[]
  query?: Query
  /** Sent as JSON; a form as it is. */
  body?: unknown
  signal?: AbortSignal
}

/** What the service, or the console's own server, refused or could not do; its message says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly requestId: string

  constructor(status: number, message: string, requestId = '', options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.requestId = requestId
  }
}

let csrf = ''

/** The token of this session, without which nothing is changed. */
export const setCsrf = (token: string): void => {
  csrf = token
}

/** Asks, and gives the answer's body. @throws {ApiError} */
export const ask = async <Body>(request: ApiRequest): Promise<Body> => (await send<Body>(request)).body

/** Asks, and gives the answer with its request id. @throws {ApiError} */
export async function send<Body>(request: ApiRequest): Promise<ApiAnswer<Body>> {
  const answer = await reach(request)
  const requestId = answer.headers.get('x-request-id') ?? answer.headers.get('x-amzn-requestid') ?? ''
  const text = await answer.text()
  const body = parse(text)
  if (!answer.ok) throw new ApiError(answer.status, detailOf(body) ?? plain(answer.status), requestId)
  return { body: body as Body, requestIds: [requestId] }
}

/** The answer itself, for what is read as it comes. @throws {ApiError} */
export async function reach({ method = 'GET', path, query = {}, body, signal }: ApiRequest): Promise<Response> {
  const headers = {
    ...(method !== 'GET' && { [CSRF_HEADER]: csrf }),
    ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
  }
  const sent = body instanceof FormData ? body : JSON.stringify(body)
  const init = { method, headers, ...(body !== undefined && { body: sent }), ...(signal && { signal }) }
  try {
    return await fetch(apiAddress(path, query), init)
  } catch (error) {
    if (signal?.aborted) throw error
    const message = 'The console does not answer. Is "npm start" or "rolecall console" still running?'
    throw new ApiError(0, message, '', { cause: error })
  }
}

/** Where a route is asked for, in the account that is shown. */
export function apiAddress(path: readonly string[], query: Query = {}): string {
  const given = Object.entries({ account: accountNow(), ...query }).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${API_BASE}/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function detailOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return undefined
  return typeof body.detail === 'string' && body.detail !== '' ? body.detail : undefined
}

const plain = (status: number): string =>
  status >= 500 ? `The service could not answer (${status}). Try again` : `The service refused (${status})`
