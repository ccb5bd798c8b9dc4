import { expect } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withConsole } from './with-console.ts'

const { system, test, open, scim } = await withConsole()

test('the guide tells a token that was not pasted whole, and ticks by itself what the right one does', async () => {
  const { page, problems } = await open('/integrations/OKTA_PROVISIONING/setup')
  const check = page.getByRole('complementary', { name: 'Live check' })
  const checks = () => check.locator('.check.done p:first-child').allInnerTexts()
  await check.getByText('Waiting for the first request…').waitFor()
  expect(await checks()).toEqual([])

  const cut = (system.tokens.OKTA_PROVISIONING ?? '').replace(/.{8}$/, 'AAAAAAAA')
  expect((await scim('GET', '/Users?count=1', undefined, cut)).status).toBe(401)
  await check
    .getByText(/A request came from 127\.0\.0\.0\/24, but it was turned away: .* Was the token pasted whole\?/)
    .waitFor()
  expect(await checks()).toEqual([])

  await scim('GET', '/Users?startIndex=1&count=2')
  await check.getByText('Connection test answered').waitFor()
  await check.getByText('Waiting for the first user…').waitFor()
  expect(await checks()).toEqual(['Token accepted', 'Connection test answered'])
  await check.getByText('Was the token pasted whole?').waitFor({ state: 'detached' })

  await scim('POST', '/Users', newUser('ada@example.com'))
  await scim('POST', '/Groups', newGroup('Ops'))
  await check.getByText('all there').waitFor()
  expect(await checks()).toEqual(['Token accepted', 'Connection test answered', 'First user', 'First role'])
  await check.getByText('Okta created role Ops').waitFor()
  expect(await page.locator('.setup-step.done h2').count()).toBeGreaterThan(1)
  expect(problems).toEqual([])
})
