import { expect, test } from 'vitest'
import { MAX_PAYLOAD_BYTES } from '../../local/gateway/lambda.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../../shared/http/api-answer.ts'
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

test('a page that outgrows 6 MB only once it is escaped is refused with what to do, and a smaller one is answered', async () => {
  const db = await testTable()
  const users = Array.from({ length: 195 }, (_, i) => ({ PutRequest: { Item: toResourceItem('default', userOf(i)) } }))
  await batchWrite(db, users)
  const call = scimApi(db)
  const { status, body } = await call('GET', '/Users?count=195&attributes=userName,roles')
  expect({ status, body }).toEqual({
    status: 400,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'tooMany',
      detail: 'The answer would be larger than 6 MB: lower count, or leave members out with excludedAttributes',
    },
  })
  const page = await call('GET', '/Users?count=150&attributes=userName,roles')
  expect([page.status, page.body.Resources.length]).toEqual([200, 150])
  expect(sentBytes(page.body)).toBeLessThan(MAX_ANSWER_BYTES)
  // The page refused would have fitted, had its bytes been counted before they are escaped.
  const whole = (Buffer.byteLength(JSON.stringify(page.body)) / 150) * 195
  expect([whole < 5_500_000, (sentBytes(page.body) / 150) * 195 > MAX_PAYLOAD_BYTES]).toEqual([true, true])
})
