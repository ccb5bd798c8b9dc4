import { describe, expect, test } from 'vitest'
import { fitting } from '../../../shared/http/answers.ts'
import { MAX_ANSWER_BYTES } from '../../../shared/http/api-answer.ts'

const presentedOf = (members: { value: string }[]) => ({
  resource: { id: 'g', displayName: 'Crowd', members },
  location: 'https://scim.example.com/scim/v2/Groups/g',
  etag: 'W/"1"',
})

describe('fitting()', () => {
  test('leaves an answer that fits as it is', () => {
    const presented = presentedOf([{ value: 'u' }])
    expect(fitting(presented)).toBe(presented)
  })

  test('leaves the members out of one that no Lambda could return, since the change is made', () => {
    const members = Array.from({ length: 60_000 }, (_, i) => ({ value: `user-${i}-${'x'.repeat(90)}` }))
    expect(JSON.stringify(members).length).toBeGreaterThan(MAX_ANSWER_BYTES)
    const { resource, ...rest } = presentedOf(members)
    expect(fitting({ resource, ...rest })).toEqual({ ...rest, resource: { id: 'g', displayName: 'Crowd' } })
  })
})
