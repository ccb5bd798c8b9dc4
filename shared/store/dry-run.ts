import type { Db } from './client.ts'
import type { Action, Actions } from './transaction.ts'

/**
 * The table for a dry run: of a transaction the conditions are checked, in one transaction, and nothing is written. So a
 * dry run is refused as the change would be, for a taken name too.
 */
export const withDryRun = (db: Db): Db => ({ ...db, isDryRun: true })

/** The conditions of a transaction without what it writes; the event, which nobody else writes, is not asked for. */
export function toChecks({ event: _, ...actions }: Actions): Actions {
  return Object.fromEntries(Object.entries(actions).flatMap(([name, action]) => toCheck(name, action)))
}

function toCheck(name: string, action: Action): [string, Action][] {
  const [body] = Object.values(action) as [Body]
  const { ConditionExpression } = body
  if (ConditionExpression === undefined) return []
  const { Key = keyOf(body.Item), ReturnValuesOnConditionCheckFailure: met } = body
  const names = usedIn(ConditionExpression, body.ExpressionAttributeNames)
  const values = usedIn(ConditionExpression, body.ExpressionAttributeValues)
  const check = {
    ...{ Key, ConditionExpression },
    ...(names && { ExpressionAttributeNames: names }),
    ...(values && { ExpressionAttributeValues: values }),
    ...(met && { ReturnValuesOnConditionCheckFailure: met }),
  }
  return [[name, { ConditionCheck: check }]]
}

/** What actions of every kind are made of. */
type Body = Partial<Omit<Extract<Action, { ConditionCheck: unknown }>['ConditionCheck'], 'Key'>> & {
  Key?: Record<string, unknown>
  Item?: Record<string, unknown>
}

const keyOf = ({ pk, sk }: Record<string, unknown> = {}) => ({ pk, sk })

/** DynamoDB refuses names and values that an expression does not use. */
function usedIn<T>(expression: string, given: Record<string, T> = {}): Record<string, T> | undefined {
  const words = new Set(expression.match(/[#:]\w+/g))
  const used = Object.entries(given).filter(([name]) => words.has(name))
  return used.length === 0 ? undefined : Object.fromEntries(used)
}
