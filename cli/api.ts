import { plainText } from '../shared/audit/plain-text.ts'
import { DEFAULT_ACCOUNT } from '../shared/auth/account.ts'
import { Failure } from './failure.ts'
import type { Target } from './target.ts'

type Query = Readonly<Record<string, string | number | undefined>>

interface ApiCall {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Parts of the path, as they are: encoded here. */
  path: readonly string[]
  query?: Query
  body?: object
  /** Ends the call early. */
  signal?: AbortSignal
}

/** The IAM-authorized routes of one service and account. Answers are what the service said. */
export interface Api {
  target: Target
  url: string
  account: string
  call<Answer = void>(call: ApiCall): Promise<Answer>
}

const TIMEOUT_MS = 30_000

/** Signs each call with SigV4. @throws {Failure} with the service's own words when it refuses. */
export function openApi(target: Target, account: string | undefined): Api {
  return {
    ...{ target, url: target.url, account: account ?? DEFAULT_ACCOUNT },
    call: async <Answer>({ method = 'GET', path, query, body, signal }: ApiCall) => {
      const url = toUrl(target.url, path, { account, ...query })
      const text = body && JSON.stringify(body)
      return receiveAnswer(await sendSigned(target, method, url, text, signal)) as Answer
    },
  }
}

/** Encoded as signatures want it: a space is %20. */
function toUrl(base: string, path: readonly string[], query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return `${base}/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}

async function sendSigned(
  target: Target,
  method: string,
  url: string,
  body: string | undefined,
  ended: AbortSignal | undefined,
): Promise<Received> {
  const { region } = target
  const credentials = await target.credentials()
  const { signRequest } = await import('../shared/auth/sigv4.ts')
  const content = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }
  const headers = await signRequest({ method, url, service: 'execute-api', region, credentials, ...content })
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(ended ? [ended] : [])])
  try {
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'error',
      ...(body !== undefined && { body }),
    })
    return { response, text: await response.text() }
  } catch (cause) {
    throw unreachable(target, cause)
  }
}

function unreachable({ url, startCommand }: Target, cause: unknown): Failure {
  const passing = { cause, isPassing: true }
  const { code } = ((cause as Error).cause ?? {}) as { code?: string }
  if (code === 'ECONNREFUSED') {
    const hint = `"${startCommand}" must be running, or ROLECALL_URL name another`
    return new Failure(`Nothing answers at ${url}: ${hint}`, passing)
  }
  if ((cause as Error).name === 'TimeoutError') return new Failure(`No answer from ${url} within 30 s: retry`, passing)
  return new Failure(`Cannot reach ${url}: ${code ?? (cause as Error).message}`, passing)
}

/** An answer with all of its body: one that breaks off is none. */
interface Received {
  response: Response
  text: string
}

function receiveAnswer({ response, text }: Received): unknown {
  if (response.ok) return text === '' ? undefined : JSON.parse(text)
  const isPassing = response.status === 429 || response.status >= 500
  const said = plainText(detailOf(text) ?? (response.statusText || 'Refused'))
  throw new Failure(`${said} (${response.status})`, { isPassing, status: response.status })
}

/** The detail of a SCIM error, or the message of a gateway. */
function detailOf(text: string): string | undefined {
  try {
    const { detail, message, Message } = JSON.parse(text) as Record<string, unknown>
    return [detail, message, Message].find((said): said is string => typeof said === 'string')
  } catch {
    return undefined
  }
}
