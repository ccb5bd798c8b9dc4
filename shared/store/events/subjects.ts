import type { EventQuery } from '../../audit/event-query.ts'
import { isTokenId } from '../../auth/token.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { getIdByName } from '../claims.ts'
import type { Db } from '../client.ts'
import { getIntegration } from '../integrations.ts'

/** What a question about a resource is about. */
export interface Subjects {
  /** What was asked for may be an id; who has it as name now. */
  ids: Set<string>
  /** Whether their own index answers the question. */
  areIndexed: boolean
}

const AN_INTEGRATION = /^[\w.$-]{1,255}$/

/**
 * Who is asked for: the users, roles and integrations that have it as their name now; 3 read units. What is neither such
 * a name nor an id may be the name of somebody who is gone, whom only a search of all events finds.
 */
export async function loadSubjects(db: Db, account: string, query: EventQuery): Promise<Subjects> {
  const { resource, changesOnly } = query
  if (resource === undefined) return { ids: new Set(), areIndexed: false }
  const [integration, ...named] = await Promise.all([
    AN_INTEGRATION.test(resource) ? getIntegration(db, account, resource.toUpperCase()) : undefined,
    ...Object.values(RESOURCE_TYPES).map((type) => getIdByName(db, account, type, resource)),
  ])
  const holders = [integration?.name, ...named].filter((id) => id !== undefined)
  const isKnown = holders.length > 0 || isResourceId(resource) || isTokenId(resource)
  const areIndexed = isKnown && (changesOnly || !asksForReads(query))
  return { ids: new Set([resource, ...holders]), areIndexed }
}

/** Whether a question is about what the index of a resource lacks. */
const asksForReads = ({ reads, method, status, outcome }: EventQuery): boolean | undefined =>
  reads ||
  method?.any.includes('GET') ||
  outcome?.any.includes('read') ||
  status?.any.some(([low, high]) => low === 404 && high === 404)
