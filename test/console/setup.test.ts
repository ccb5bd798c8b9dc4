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

test('the field of the token has something to copy once a token was made, and the others at once', async () => {
  const { page, problems } = await open('/integrations/OKTA_PROVISIONING/setup')
  const rows = page.locator('.field')
  const field = rows.filter({ hasText: 'Authorization' }).filter({ hasText: 'API token' })
  const copies = async () => [await rows.count(), await rows.getByRole('button', { name: 'Copy' }).count()]
  await field.getByText('the token, alone: step 1 makes it').waitFor()
  const [all = 0, before] = await copies()
  expect([before, await field.getByRole('button').count()]).toEqual([all - 1, 0])
  await page.getByRole('button', { name: 'Make another token' }).click()
  await field.getByRole('button', { name: 'Copy' }).waitFor()
  expect([await copies(), await field.innerText(), problems]).toEqual([
    [all, all],
    expect.stringMatching(/rolecall_•+.{4}/),
    [],
  ])
})
