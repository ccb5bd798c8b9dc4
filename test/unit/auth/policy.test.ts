import { describe, expect, test } from 'vitest'
import { type PolicyDocument, toPolicy } from '../../../shared/auth/policy.ts'
import {
  ADMIN_ROUTES,
  SCIM_BASE,
  SCIM_METHODS,
  SCIM_UNKNOWN,
  scimGatewayPaths,
  scimRoutes,
} from '../../../shared/http/routes.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'

const API = { region: 'eu-central-1', accountId: '111122223333', apiId: 'abc123', stage: 'live' }
const SURFACE = { methods: SCIM_METHODS, base: SCIM_BASE }
const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** IAM's evaluation, in small: a star crosses slashes, a deny wins, no match is a refusal. */
function simulate({ Statement }: PolicyDocument, arn: string): boolean {
  const matches = (resource: string) => {
    const pattern = resource.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
    return new RegExp(`^${pattern}$`).test(arn)
  }
  const effects = Statement.filter(({ Resource }) => Resource.some(matches)).map(({ Effect }) => Effect)
  return effects.includes('Allow') && !effects.includes('Deny')
}

const methodArn = (verb: string, path: string, change: Partial<typeof API> = {}) => {
  const { region, accountId, apiId, stage } = { ...API, ...change }
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${verb}${path.replace(/\{.*?\}/g, 'x/y')}`
}

describe('toPolicy()', () => {
  const allow = toPolicy('Allow', API, SURFACE)

  test('opens every SCIM route, under both bases, for the five methods and no other (S6)', () => {
    for (const route of [...scimRoutes(RESOURCE_TYPES), SCIM_UNKNOWN]) {
      for (const path of scimGatewayPaths(route)) {
        const open = VERBS.filter((verb) => simulate(allow, methodArn(verb, path)))
        expect({ path, open }).toEqual({ path, open: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] })
      }
    }
  })

  test('opens no admin route, no other stage, API, account or region (S6, S9)', () => {
    for (const { path } of ADMIN_ROUTES) {
      expect(VERBS.filter((verb) => simulate(allow, methodArn(verb, path)))).toEqual([])
    }
    const elsewhere: Partial<typeof API>[] = [
      { stage: 'live2' },
      { apiId: 'other' },
      { accountId: '999999999999' },
      { region: 'us-east-1' },
    ]
    for (const change of elsewhere) expect(simulate(allow, methodArn('GET', '/scim/v2/Users', change))).toBe(false)
    expect(simulate(allow, methodArn('GET', '/other/scim/v2/Users'))).toBe(false)
    expect(simulate(allow, methodArn('GET', '/scim/v2x/Users'))).toBe(false)
  })

  test('names no wildcard but the end of the path (S6)', () => {
    expect(allow).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: SCIM_METHODS.map(
            (verb) => `arn:aws:execute-api:eu-central-1:111122223333:abc123/live/${verb}/scim/v2/*`,
          ),
        },
      ],
    })
  })

  test('refuses the whole surface with a deny', () => {
    const deny = toPolicy('Deny', API, SURFACE)
    expect(simulate(deny, methodArn('GET', '/scim/v2/Users'))).toBe(false)
    expect(deny.Statement[0]?.Effect).toBe('Deny')
  })

  test.each([
    ['cn-north-1', 'arn:aws-cn:'],
    ['us-gov-west-1', 'arn:aws-us-gov:'],
    ['us-east-1', 'arn:aws:'],
  ])('knows the partition of %s', (region, start) => {
    const { Statement } = toPolicy('Allow', { ...API, region }, SURFACE)
    expect(Statement[0]?.Resource[0]?.startsWith(start)).toBe(true)
  })
})
