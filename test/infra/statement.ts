export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Resource: unknown
  Condition?: Record<string, { 'dynamodb:LeadingKeys': string | string[] }>
}

/** The leading keys of a request: those of a batch are judged together. */
export type LeadingKeys = string | readonly string[] | undefined

/**
 * Whether IAM lets somebody with these statements do it, to the table (a resource named `StorageTable`) or its index; a
 * `key` of `undefined`: without leading key.
 */
export function permits(statements: Statement[], action: string, key: LeadingKeys, index = false): boolean {
  const applying = statements.filter(({ Action, Resource, Condition }) => {
    const targets = [Resource].flat().map((target) => JSON.stringify(target))
    const onTarget = targets.some(
      (target) => target.includes('StorageTable') && target.includes('/index/gsi1') === index,
    )
    return (
      onTarget &&
      list(Action).some((one) => wildcard(one).test(`dynamodb:${action}`)) &&
      holds(Condition, [key ?? []].flat())
    )
  })
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
}

/** `ForAllValues` is true of a request without keys, `ForAnyValue` is not. */
function holds(condition: Statement['Condition'], keys: readonly string[]): boolean {
  return Object.entries(condition ?? {}).every(([operator, { 'dynamodb:LeadingKeys': patterns }]) => {
    const fits = (key: string) => list(patterns).some((pattern) => wildcard(pattern).test(key))
    return operator.startsWith('ForAllValues') ? keys.every(fits) : keys.some(fits)
  })
}

export const list = (value: string | string[]) => [value].flat()

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's')
