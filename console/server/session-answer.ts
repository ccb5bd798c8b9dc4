import PACKAGE from '../../package.json' with { type: 'json' }
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import type { SessionAnswer } from '../api.ts'
import { askUpstream, type Upstream } from './upstream.ts'

const TIMEOUT_MS = 30_000

/** What the service says of who asks it; one older than the console says nothing. */
interface Who {
  principal?: string
  retentionDays?: number
}

/** Asks the service who this is and what they may do. */
export async function toSessionAnswer(
  upstream: Upstream,
  own: Pick<SessionAnswer, 'readOnly' | 'csrf' | 'command'>,
): Promise<SessionAnswer> {
  const ask = async (method: string, path: string) => {
    const answer = await askUpstream(upstream, { method, path, search: '', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as unknown }
  }
  const [who, write, accounts] = await Promise.all([
    ask('GET', '/admin/whoami'),
    ask('POST', '/admin/whoami'),
    ask('GET', '/admin/accounts'),
  ])
  const { principal = '', retentionDays = 90 } = who.body as Who
  const isOlder = who.status !== 200
  return {
    ...own,
    account: DEFAULT_ACCOUNT,
    accounts: toNames(accounts.body),
    principal,
    ...{ region: upstream.region, url: upstream.url, version: PACKAGE.version, retentionDays },
    mayWrite: !own.readOnly && (isOlder || write.status < 300),
  }
}

function toNames(body: unknown): string[] {
  const names = Array.isArray(body) ? body.map(({ name }: { name: string }) => name) : []
  return names.length > 0 ? names : [DEFAULT_ACCOUNT]
}
