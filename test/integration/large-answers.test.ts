import { expect, test } from 'vitest'
import { MAX_PAYLOAD_BYTES } from '../../local/gateway/lambda.ts'
import { sentBytes } from '../../shared/scim/answer-size.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { newId } from '../../shared/store/new-id.ts'
import { type StoredResource, toResourceItem } from '../../shared/store/resource-item.ts'
import { testTable } from '../factories/engine.ts'
import { principal, scimApi } from '../factories/scim-api.ts'

const NOW = new Date()
const ROLES = Array.from({ length: 900 }, (_, i) => ({ value: `r${i}`, type: 'a' }))

/** A user whose roles are many and short: half of the JSON is quotes, which Lambda escapes once more. */
function userOf(i: number): StoredResource {
  const at = NOW.toISOString()
  const attributes = { userName: `many-${i}`, roles: ROLES }
  return {
    ...{ type: RESOURCE_TYPES.User, id: newId(NOW), owner: principal().role, version: 1 },
    created: at,
    lastModified: at,
    attributes,
    eventId: 'e',
  }
}

test('a page that outgrows 6 MB only once it is escaped ends early, and the next one goes on behind it', async () => {
  const db = await testTable()
  const users = Array.from({ length: 195 }, (_, i) => ({ PutRequest: { Item: toResourceItem('default', userOf(i)) } }))
  await batchWrite(db, users)
  const call = scimApi(db)
  const { status, body: first } = await call('GET', '/Users?count=195&attributes=userName,roles')
  const shown = first.Resources.length
  expect([status, first.itemsPerPage, shown > 150, shown < 195]).toEqual([200, shown, true, true])
  expect(sentBytes(first)).toBeLessThan(MAX_PAYLOAD_BYTES)
  // All of it would have fitted, had its bytes been counted before they are escaped.
  const whole = (Buffer.byteLength(JSON.stringify(first)) / shown) * 195
  expect([whole < 5_500_000, (sentBytes(first) / shown) * 195 > MAX_PAYLOAD_BYTES]).toEqual([true, true])
  const { body: second } = await call('GET', `/Users?startIndex=${shown + 1}&count=195&attributes=userName,roles`)
  const names = [...first.Resources, ...second.Resources].map(({ userName }) => userName)
  expect(names).toEqual(Array.from({ length: 195 }, (_, i) => `many-${i}`))
})
