import { useEffect, useState } from 'preact/hooks'
import type { Known } from '../../../shared/audit/sentences/facts.ts'
import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../../shared/resources/views/token.ts'
import { accountNow } from '../router/address.ts'
import { ask } from './api.ts'

/** Asked whatever page is shown: the history tells it once an hour. */
export const FRAME = { purpose: 'console' }

/** What is known beside events, asked for once in each account. */
class KnownBeside {
  readonly names = new Map<string, string>()
  readonly #asked = new Set<string>()
  #integrations: Promise<readonly IntegrationView[]> | undefined
  #tokens: Promise<readonly ListedToken[]> | undefined

  /** The account's integrations; none where the principal may not read them. */
  integrations(): Promise<readonly IntegrationView[]> {
    this.#integrations ??= ask<{ integrations: IntegrationView[] }>({
      path: ['admin', 'integrations'],
      query: FRAME,
    }).then(
      (answer) => answer.integrations,
      () => [],
    )
    return this.#integrations
  }

  /** The account's tokens; none where the principal may not read them. */
  tokens(): Promise<readonly ListedToken[]> {
    this.#tokens ??= ask<{ tokens: ListedToken[] }>({ path: ['admin', 'tokens'], query: FRAME }).then(
      ({ tokens }) => tokens,
      () => [],
    )
    return this.#tokens
  }

  /** They changed: whoever needs them asks anew. */
  forgetIntegrations(): void {
    this.#integrations = undefined
  }

  /** Users by id, a hundred in one request, each asked for once. @returns whether any was learned. */
  async learnUsers(ids: Iterable<string>): Promise<boolean> {
    const wanted = [...new Set(ids)].filter((id) => !this.names.has(id) && !this.#asked.has(id))
    for (const id of wanted) this.#asked.add(id)
    let learned = false
    for (let start = 0; start < wanted.length; start += MAX_IDS) {
      const filter = wanted.slice(start, start + MAX_IDS).map((id) => `id eq "${id}"`)
      const query = { filter: filter.join(' or '), attributes: 'userName', count: MAX_IDS }
      const users = await ask<{ Resources?: { id: string; userName: string }[] }>({ path: ['admin', 'users'], query })
        .then(({ Resources }) => Resources ?? [])
        .catch(() => [])
      for (const { id, userName } of users) this.names.set(id, userName)
      learned ||= users.length > 0
    }
    return learned
  }
}

const MAX_IDS = 100
const byAccount = new Map<string | undefined, KnownBeside>()

/** What is known in the account that is shown. */
export function knownBeside(): KnownBeside {
  const account = accountNow()
  const known = byAccount.get(account) ?? new KnownBeside()
  byAccount.set(account, known)
  return known
}

/** The account's integrations; undefined until they are known. */
export function useIntegrations(): readonly IntegrationView[] | undefined {
  const [integrations, setIntegrations] = useState<readonly IntegrationView[]>()
  const account = accountNow()
  useEffect(() => {
    let isWanted = true
    void knownBeside()
      .integrations()
      .then((found) => isWanted && setIntegrations(found))
    return () => {
      isWanted = false
    }
  }, [account])
  return integrations
}

/** What sentences need that stand outside a list: integrations and the names learned so far. */
export function useKnown(own?: string): Known {
  const integrations = useIntegrations()
  return {
    ...(integrations && { integrations }),
    names: knownBeside().names,
    ...(own !== undefined && { own }),
  }
}

/** The name of a token, once it is known. */
export function useTokenName(tokenId: string): string | undefined {
  const [name, setName] = useState<string>()
  useEffect(() => {
    let isWanted = tokenId !== ''
    if (isWanted)
      void knownBeside()
        .tokens()
        .then((tokens) => isWanted && setName(tokens.find((token) => token.tokenId === tokenId)?.name))
    return () => {
      isWanted = false
    }
  }, [tokenId])
  return name
}
