import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Conversation } from '../../local/demo/conversation.ts'
import { signRequest } from '../../shared/auth/sigv4.ts'
import { runCli } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'
import { holdChecked, type Sent } from './hold.ts'

const system = withSystem()

const CLIENTS = {
  OKTA: { integration: 'OKTA_PROVISIONING', role: 'OKTA_PROVISIONER' },
  AZURE: { integration: 'AZURE_PROVISIONING', role: 'AAD_PROVISIONER' },
  GENERIC: { integration: 'GENERIC_PROVISIONING', role: 'GENERIC_SCIM_PROVISIONER' },
} as const

type Row = Record<string, unknown>

async function signed(method: string, url: string, service: string, body?: string): Promise<{ events: Row[] }> {
  const { region, ...credentials } = system.credentials
  const headers = await signRequest({ method, url, headers: {}, body, service, region, credentials })
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { events: Row[] }
}

/** What `rolecall event-history` prints for scripts. */
async function asked(...args: string[]): Promise<{ events: Row[] }> {
  const { region, accessKeyId, secretAccessKey } = system.credentials
  process.env.AWS_ACCESS_KEY_ID = accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey
  const where = ['--url', system.adminUrl, '--region', region]
  const { code, stdout, stderr } = await runCli(['event-history', ...args, ...where, '--output', 'json'])
  expect([code, stderr]).toEqual([0, ''])
  const answer = JSON.parse(stdout)
  return Array.isArray(answer) ? { events: answer } : answer
}

describe.each([
  ['okta-lifecycle', 'OKT-1 OKT-2'],
  ['entra-lifecycle', 'ENT-1 ENT-2'],
])('%s (%s)', (file) => {
  test('every expectation is met, and the event history lists each request in order', async () => {
    const conversation: Conversation = JSON.parse(
      readFileSync(new URL(`../../local/demo/${file}.json`, import.meta.url), 'utf8'),
    )
    const { integration, role } = CLIENTS[conversation.client]
    const sent = await holdChecked(conversation, system.baseUrl, system.tokens[integration])

    const question = { last: '5m', limit: 200, integration }
    const query = new URLSearchParams({ ...question, limit: '200' })
    const byHttp = await signed('GET', `${system.adminUrl}/events?${query}`, 'execute-api')
    const invocation = `${system.adminUrl}/2015-03-31/functions/rolecall-events/invocations`
    const byLambda = await signed('POST', invocation, 'lambda', JSON.stringify(question))

    const byCli = await asked('--last', '5m', '--limit', '200', '--integration', integration)

    const expected = sent.map(({ method, endpoint, status }: Sent) => [method, endpoint, status, role, integration])
    for (const { events } of [byHttp, byLambda, byCli]) {
      expect(
        events.map((row) => [row.METHOD, row.ENDPOINT, row.HTTP_STATUS, row.ACTOR_NAME, row.ACTOR_DOMAIN]),
      ).toEqual(expected)
    }
    const named = byHttp.events.filter((row) => row.RESOURCE_DOMAIN === 'USER' && row.HTTP_STATUS !== 409)
    expect(named.length).toBeGreaterThan(3)
    for (const row of named) expect(row.RESOURCE_ID).toMatch(/^[0-9a-f-]{36}$/)
  })
})
