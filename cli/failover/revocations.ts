import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { commandFor } from '../../shared/resources/command-for.ts'
import type { Db } from '../../shared/store/client.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import { getToken } from '../../shared/store/token-record.ts'

/** What an event shut out: tokens, or a client, that may be let in still where it did not arrive. */
export interface Closing {
  says: string
  /** What does it again. */
  mend: string
  /** Whether it is so in a table, where its event has arrived or not. */
  isSo(db: Db, hasArrived: boolean): Promise<boolean>
}

const afterOf = ({ changes = [] }: RestEvent, attribute: string): unknown =>
  changes.find((change) => change.attribute === attribute)?.after

/** Whoever an event shut out; nothing where it is about something else. */
export function closingOf(event: RestEvent): Closing | undefined {
  const { resourceDomain, status, changes } = event
  if (status >= 400 || changes === undefined) return undefined
  if (resourceDomain === 'TOKEN') return tokenClosing(event)
  if (resourceDomain === 'OAUTH_CLIENT') return clientClosing(event)
  return resourceDomain === 'INTEGRATION' ? integrationClosing(event) : undefined
}

function tokenClosing(event: RestEvent): Closing | undefined {
  const { account, resourceId = '', resourceName = '' } = event
  const isRevoked = async (db: Db) => (await getToken(db, resourceId))?.revokedAt !== undefined
  if (afterOf(event, 'revokedAt') !== undefined)
    return {
      says: `token ${resourceId} "${resourceName}" was revoked`,
      mend: commandFor(account, `token revoke ${resourceId}`),
      isSo: isRevoked,
    }
  const successor = Object(afterOf(event, 'rotatedTo')).tokenId
  if (typeof successor !== 'string') return undefined
  return {
    says: `token ${resourceId} "${resourceName}" was replaced by ${successor}`,
    mend: commandFor(account, `token rotate ${resourceId}`),
    isSo: async (db) =>
      (await getToken(db, successor)) !== undefined && (await getToken(db, resourceId))?.rotatedTo === successor,
  }
}

function integrationClosing(event: RestEvent): Closing | undefined {
  const { account, resourceName, resourceId } = event
  const name = resourceName ?? resourceId ?? ''
  const revoked = afterOf(event, 'revokedTokens')
  if (Array.isArray(revoked))
    return {
      says: `all tokens of integration ${name} were revoked: ${revoked.join(', ') || 'access tokens alone'}`,
      mend: commandFor(account, `token revoke --all ${name}`),
      isSo: async (db) => {
        const tokens = await Promise.all(revoked.map((id) => getToken(db, String(id))))
        return tokens.every((token) => token === undefined || token.revokedAt !== undefined)
      },
    }
  if (afterOf(event, 'enabled') === false)
    return {
      says: `integration ${name} was switched off`,
      mend: commandFor(account, `integration alter ${name} --enabled false`),
      isSo: async (db) => (await getIntegration(db, account, name))?.enabled !== true,
    }
  if (event.method !== 'DELETE') return undefined
  return {
    says: `integration ${name} was dropped`,
    mend: commandFor(account, `integration drop ${name}`),
    isSo: async (db) => (await getIntegration(db, account, name)) === undefined,
  }
}

/** A secret that was replaced, and a client that was taken away. */
function clientClosing(event: RestEvent): Closing | undefined {
  const { account, endpoint, method } = event
  const name = /^admin\/integrations\/([^/]+)\/oauth/.exec(endpoint)?.[1]
  const isRotation = endpoint.endsWith('/oauth/rotate')
  if (name === undefined || !(isRotation || method === 'DELETE')) return undefined
  return {
    says: `the OAuth client of integration ${name} ${isRotation ? 'got another secret' : 'was taken away'}`,
    mend: commandFor(account, `integration oauth ${isRotation ? 'rotate' : 'disable'} ${name}`),
    // Whether another secret is in force cannot be read of a client.
    isSo: async (db, hasArrived) =>
      isRotation ? hasArrived : (await getIntegration(db, account, name))?.oauthClient === undefined,
  }
}
