import * as z from 'zod'

const OneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: OneOrMore,
  Resource: OneOrMore,
})

/** The policy an authorizer returns. Conditions, `NotAction` and `NotResource` are refused: ours has none. */
export const PolicyDocument = z.object({
  Version: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement)]).transform((value) => [value].flat()),
})

export type Policy = z.infer<typeof PolicyDocument>

/** Whether the policy lets `execute-api:Invoke` reach the ARN: a denial wins, and silence is a denial. */
export function permits(policy: Policy, methodArn: string): boolean {
  const applying = policy.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((action) => wildcard(action.toLowerCase()).test('execute-api:invoke')) &&
      Resource.some((resource) => wildcard(resource).test(methodArn)),
  )
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
}

/** `*` is any text, slashes included, and `?` any one character. */
function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}
