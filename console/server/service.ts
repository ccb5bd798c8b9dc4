import type { Service } from '../../shared/audit/reading/service.ts'
import { ScimError } from '../../shared/scim/error.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/**
 * The service as the console's own server reads it, of one account, until `signal` ends it.
 * @throws {ScimError} with the service's own status and words where it refuses.
 */
export function openService(upstream: Upstream, account: string | undefined, signal: AbortSignal): Service {
  return {
    call: async <Answer>({ path, query = {} }: Parameters<Service['call']>[0]): Promise<Answer> => {
      const given = Object.entries({ account, ...query })
      const pairs = given.flatMap(([name, value]) =>
        value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
      )
      const search = pairs.length > 0 ? `?${pairs.join('&')}` : ''
      const place = `/${path.map(encodeURIComponent).join('/')}`
      const answer = await askUpstream(upstream, { method: 'GET', path: place, search, signal })
      if (!answer.ok) throw await refusalOf(answer)
      return (await answer.json()) as Answer
    },
  }
}

async function refusalOf(answer: Response): Promise<ScimError> {
  const { detail = answer.statusText } = (await answer.json().catch(() => ({}))) as { detail?: string }
  return new ScimError(answer.status, undefined, detail)
}
