import { describe, expect, test } from 'vitest'
import { PolicyDocument, permits } from '../../../../local/gateway/policy.ts'

const arn = (rest: string) => `arn:aws:execute-api:us-east-1:000000000000:local/prod/${rest}`
const policyOf = (...statements: [effect: 'Allow' | 'Deny', resource: string | string[], action?: string][]) =>
  PolicyDocument.parse({
    Version: '2012-10-17',
    Statement: statements.map(([Effect, Resource, Action = 'execute-api:Invoke']) => ({ Effect, Resource, Action })),
  })

describe('permits()', () => {
  test.each([
    ['a wildcard crosses slashes', policyOf(['Allow', arn('GET/scim/v2/*')]), 'GET/scim/v2/Users/1', true],
    ['another verb does not match', policyOf(['Allow', arn('GET/scim/v2/*')]), 'POST/scim/v2/Users', false],
    ['one of several resources is enough', policyOf(['Allow', [arn('PUT/a'), arn('GET/a')]]), 'GET/a', true],
    ['a question mark is one character', policyOf(['Allow', arn('GET/a?')]), 'GET/ab', true],
    ['a question mark is not two characters', policyOf(['Allow', arn('GET/a?')]), 'GET/abc', false],
    ['a dot is a dot', policyOf(['Allow', arn('GET/a.b')]), 'GET/axb', false],
    ['a denial wins', policyOf(['Allow', '*'], ['Deny', arn('DELETE/*')]), 'DELETE/scim/v2/Users/1', false],
    ['silence is a denial', policyOf(['Deny', arn('DELETE/*')]), 'GET/scim/v2/Users/1', false],
    ['an action of another service says nothing', policyOf(['Allow', '*', 's3:*']), 'GET/a', false],
    ['actions are compared without case', policyOf(['Allow', '*', 'Execute-API:*']), 'GET/a', true],
  ])('%s', (_name, policy, path, expected) => {
    expect(permits(policy, arn(path))).toBe(expected)
  })

  test('a policy with a condition is refused, not misread', () => {
    const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*', Condition: {} }
    expect(PolicyDocument.safeParse({ Statement: [statement] }).success).toBe(false)
  })
})
