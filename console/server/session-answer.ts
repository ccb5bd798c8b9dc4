import PACKAGE from '../../package.json' with { type: 'json' }
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import type { WhoAmI } from '../../shared/http/who-am-i.ts'
import type { AccountView } from '../../shared/resources/accounts.ts'
import type { SessionAnswer } from '../api.ts'
import type { ConsoleOptions } from './console.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/** Of a service that is older than the question, or does not let this principal ask. */
const RETENTION_DAYS = 90

type Told = Pick<ConsoleOptions, 'upstream' | 'readOnly' | 'command' | 'commandOptions'>

/** Asks the service who this is, and whether they may change anything. @throws {ScimError} where it does not answer. */
export async function presentSession(
  { upstream, readOnly, command, commandOptions }: Told,
  csrf: string,
): Promise<SessionAnswer> {
  const [who, write, accounts] = await Promise.all([
    ask(upstream, 'GET', '/admin/whoami'),
    readOnly ? undefined : ask(upstream, 'POST', '/admin/whoami'),
    ask(upstream, 'GET', '/admin/accounts', '?purpose=console'),
  ])
  const {
    principal = '',
    retentionDays = RETENTION_DAYS,
    region,
  } = (who.status === 200 ? who.body : {}) as Partial<WhoAmI>
  return {
    ...{ account: DEFAULT_ACCOUNT, accounts: toNames(accounts.body), principal, retentionDays },
    ...(region && { regions: region }),
    ...{ region: upstream.region, url: upstream.url, version: PACKAGE.version },
    ...{ readOnly, mayWrite: write !== undefined && mayWrite(write.status), csrf, command, commandOptions },
  }
}

/** IAM's refusal is 403. A service that is older than the question knows none: then each action says it by itself. */
const mayWrite = (status: number): boolean => status < 300 || status === 404

async function ask(upstream: Upstream, method: string, path: string, search = '') {
  const answer = await askUpstream(upstream, { method, path, search })
  return { status: answer.status, body: (await answer.json().catch(() => undefined)) as unknown }
}

/** Whoever may not list the accounts has the one they are shown. */
function toNames(body: unknown): string[] {
  const { accounts = [] } = (body ?? {}) as { accounts?: AccountView[] }
  return accounts.length > 0 ? accounts.map(({ account }) => account) : [DEFAULT_ACCOUNT]
}
