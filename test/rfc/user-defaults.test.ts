import { beforeAll, describe, expect, test } from 'vitest'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { withSystem } from '../factories/system.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const OWN = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const system = withSystem()
const tokens: Record<string, string> = {}

async function create(kind: string, userName: string, more: object = {}) {
  const headers = { authorization: `Bearer ${tokens[kind]}`, 'content-type': 'application/scim+json' }
  const body = JSON.stringify({ schemas: [CORE], userName, ...more })
  const response = await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body })
  expect(response.status).toBe(201)
  return (await response.json()) as Record<string, unknown>
}

beforeAll(async () => {
  const userDefaults = { defaultRole: 'ANALYST', defaultSecondaryRoles: 'NONE' as const, type: 'service' as const }
  for (const clientKind of ['GENERIC', 'OKTA']) {
    const name = `WITH_${clientKind}`
    await createIntegration(adminContext(system.db), { name, clientKind, userDefaults })
    tokens[clientKind] = (await issueToken(adminContext(system.db), { integration: name })).token
  }
})

describe('what an integration adds to new users', () => {
  test('stands where the client sends nothing for it, and is in the answer', async () => {
    expect((await create('GENERIC', 'nothing-sent'))[OWN]).toEqual({
      ...{ defaultRole: 'ANALYST', defaultSecondaryRoles: 'NONE', type: 'service' },
    })
  })

  test('never takes the place of what the client sends', async () => {
    const sent = { defaultRole: 'MINE', type: 'person' }
    expect((await create('GENERIC', 'something-sent', { [OWN]: sent }))[OWN]).toEqual({
      ...{ defaultRole: 'MINE', defaultSecondaryRoles: 'NONE', type: 'person' },
    })
  })

  test('stands under the names that the kind of client has for it', async () => {
    expect((await create('OKTA', 'okta', { [ENTERPRISE]: { defaultRole: 'MINE' } }))[ENTERPRISE]).toMatchObject({
      ...{ defaultRole: 'MINE', defaultSecondaryRoles: 'NONE' },
    })
  })
})
