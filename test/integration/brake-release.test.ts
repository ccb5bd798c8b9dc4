import { expect, test } from 'vitest'
import { changeIntegration } from '../../shared/resources/change-integration.ts'
import { createIntegration, describeIntegration } from '../../shared/resources/integrations.ts'
import { releaseBrake } from '../../shared/resources/release-brake.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import type { Json } from '../../shared/scim/schema.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { adminContext } from '../factories/admin.ts'
import { withTable } from '../factories/engine.ts'
import { scanEvents } from '../factories/scan.ts'

const db = withTable()
const NOW = new Date('2026-08-31T10:15:00.000Z')
const UNTIL = '2026-08-31T11:15:00.000Z'
const later = (ms: number) => new Date(NOW.getTime() + ms)
/** Each test has an account of its own. */
let account = 0
const admin = (now = NOW) => adminContext(db, { account: `a${account}`, now })

async function create() {
  account++
  await createIntegration(admin(), { name: 'X', clientKind: 'OKTA', brake: { mode: 'stop' } })
  const { tokenId } = await issueToken(admin(), { integration: 'X' })
  return async () => (await getToken(db, tokenId))?.access
}

test('a release holds for the time asked for, in the integration and in its tokens, with its event', async () => {
  const accessOf = await create()
  const { changes, ...view } = await releaseBrake(admin(), 'x', { for: '1h' })
  expect(changes).toEqual([{ attribute: 'brakeReleasedUntil', after: UNTIL }])
  expect(view).toMatchObject({ brake: { mode: 'stop', objects: 25, share: 10 }, brakeReleasedUntil: UNTIL })
  expect((await accessOf())?.brakeReleasedUntil).toBe(Date.parse(UNTIL))
  const events = await scanEvents(db, `a${account}`)
  expect(events.at(-1)).toMatchObject({ status: 200, resourceName: 'X', changes })
  expect(await describeIntegration(admin(later(3_599_999)), 'X')).toMatchObject({ brakeReleasedUntil: UNTIL })
  expect(await describeIntegration(admin(later(3_600_000)), 'X')).not.toHaveProperty('brakeReleasedUntil')
})

test('a release is taken back', async () => {
  const accessOf = await create()
  await releaseBrake(admin(), 'X', { for: '24h' })
  const { changes } = await releaseBrake(admin(), 'X', { for: null })
  expect(changes).toEqual([{ attribute: 'brakeReleasedUntil', before: '2026-09-01T10:15:00.000Z' }])
  expect((await accessOf())?.brakeReleasedUntil).toBe(0)
})

const RULE = "expected a number and s, m, h or d, such as 5m, at most 24h: for longer, change the brake's mode"
test.each<[Json, string]>([
  [{ for: '25h' }, `Cannot read for "25h": ${RULE}`],
  [{ for: 'ever' }, `Cannot read for "ever": ${RULE}`],
  [{ for: 60 }, `Cannot read for 60: ${RULE}`],
  [{ for: '1h', until: 'then' }, 'Cannot read the input: there is no setting "until"'],
])('refuses %j', async (input, message) => {
  await create()
  expect(() => releaseBrake(admin(), 'X', input)).toThrow(message)
})

test('of a brake only what is named is changed, in the tokens too', async () => {
  const accessOf = await create()
  const { changes } = await changeIntegration(admin(), 'X', { brake: { objects: 0, share: 100 } })
  const after = { mode: 'stop', objects: 0, share: 100 }
  expect(changes).toEqual([{ attribute: 'brake', before: { mode: 'stop', objects: 25, share: 10 }, after }])
  expect((await accessOf())?.brake).toEqual(after)
})

test.each<[Json, string]>([
  [{ mode: 'halt' }, 'Cannot read brake.mode "halt": expected one of warn, stop, off'],
  [{ objects: -1 }, 'Cannot read brake.objects -1: expected a whole number from 0 to 1000000'],
  [{ share: 101 }, 'Cannot read brake.share 101: expected a whole number from 0 to 100'],
  [{ share: 0.5 }, 'Cannot read brake.share 0.5: expected a whole number from 0 to 100'],
  [{ limit: 1 }, 'Cannot read brake an object: there is no setting "limit"'],
])('refuses a brake of %j', async (brake, message) => {
  await create()
  await expect(changeIntegration(admin(), 'X', { brake })).rejects.toThrow(message)
})
