import { expect, test } from 'vitest'
import { ENV } from '../../../shared/config.ts'
import { newUser } from '../../factories/scim-api.ts'
import { withSystem } from '../../factories/system.ts'

/** What the stack sets where a domain with a base path is configured. */
const ADDRESS = 'https://scim.example.com/rolecall'
const system = withSystem({ env: { [ENV.publicBaseUrl]: `${ADDRESS}/scim/v2` } })

test('behind a domain every address that is told is one of the domain, whatever host was called', async () => {
  const headers = {
    authorization: `Bearer ${system.tokens.OKTA_PROVISIONING}`,
    'content-type': 'application/scim+json',
  }
  const body = JSON.stringify(newUser('ada@example.com'))
  const created = await fetch(`${system.baseUrl}/Users`, { method: 'POST', headers, body })
  const user = (await created.json()) as { id: string; meta: { location: string } }
  const location = `${ADDRESS}/scim/v2/Users/${user.id}`
  expect([created.status, created.headers.get('location'), user.meta.location]).toEqual([201, location, location])

  const list = await fetch(`${system.baseUrl}/Users`, { headers })
  expect(await list.json()).toMatchObject({ Resources: [{ meta: { location } }] })

  const config = await fetch(`${system.baseUrl}/ServiceProviderConfig`, { headers })
  expect(await config.json()).toMatchObject({ meta: { location: `${ADDRESS}/scim/v2/ServiceProviderConfig` } })

  const metadata = await fetch(`${system.adminUrl}/.well-known/oauth-authorization-server`)
  expect(await metadata.json()).toMatchObject({ issuer: ADDRESS, token_endpoint: `${ADDRESS}/oauth2/token` })
})
