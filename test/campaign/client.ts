import { openDoorkeeper } from '../../shared/http/doorkeeper.ts'
import type { AdminContext } from '../../shared/resources/admin-context.ts'
import type { ClientKind } from '../../shared/scim/client-kind.ts'
import { ScimError } from '../../shared/scim/error.ts'
import { Fenced } from '../../shared/store/regions/fenced.ts'
import type { Random } from '../aws/random.ts'
import { adminContext } from '../factories/admin.ts'
import { type Answer, type Call, principal, scimApi } from '../factories/scim-api.ts'
import type { TestRegion } from '../factories/two-regions.ts'

const ROLE_AWAY = /The role of integration \w+ is not stored$/

/** More often nobody comes again. */
const MOST_REFUSALS = 500

/** What sends requests to an account, wherever the domain leads by then; what it decides it draws. */
export interface Client {
  random: Random
  /** Whether all that was acknowledged is there: only then an answer has to be as it is without a failover. */
  isStrict(): boolean
  send: Call
  admin(): Promise<AdminContext>
}

interface ClientOptions {
  account: string
  random: Random
  /** Hears of each 503. */
  refused(): void
  isStrict(): boolean
  /** For reads the region that has what was written; for changes perhaps one that was primary before. */
  domain(isRead: boolean): Promise<TestRegion>
  kind?: ClientKind
}

export function openClient({ account, random, refused, isStrict, domain, kind = 'GENERIC' }: ClientOptions): Client {
  return {
    random,
    isStrict,
    async send(...request) {
      // Each time another process of the region's functions.
      const call = scimApi((await domain(request[0] === 'GET')).db, principal({ account, clientKind: kind }), {
        doorkeeper: openDoorkeeper(),
      })
      const answer = await call(...request)
      if (answer.status === 503) refused()
      return answer
    },
    admin: async () => adminContext((await domain(false)).db, { account }),
  }
}

/** Sends until somebody takes it, as identity providers do that hear 503; others have their turn in between. */
export async function* insist(client: Client, ...request: Parameters<Call>): AsyncGenerator<void, Answer> {
  for (let refusals = 0; refusals < MOST_REFUSALS; refusals++) {
    const answer = await client.send(...request)
    yield
    if (answer.status !== 503) return answer
  }
  throw new Error(`${request.slice(0, 2).join(' ')} is refused all the time`)
}

/** Administrators come again likewise; what is refused for another reason they leave. */
export async function* insistAs<T>(
  client: Client,
  act: (context: AdminContext) => Promise<T>,
): AsyncGenerator<void, T | undefined> {
  for (let refusals = 0; refusals < MOST_REFUSALS; refusals++) {
    try {
      const result = await act(await client.admin())
      yield
      return result
    } catch (error) {
      // An integration whose role has not arrived is of no use before a repair.
      if (error instanceof ScimError || (!client.isStrict() && ROLE_AWAY.test(String(error)))) return undefined
      if (!(error instanceof Fenced)) throw error
      yield
    }
  }
  throw new Error('An administrator is refused all the time')
}
