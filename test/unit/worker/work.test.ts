import { describe, expect, test } from 'vitest'
import { parseHead } from '../../../shared/worker/work.ts'

const keys = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } })

describe('parseHead()', () => {
  test.each([
    ['a group', keys('A#default#PENDING', 'GROUP#g#1'), { account: 'default', kind: 'GROUP', id: 'g#1' }],
    ['a deleted user', keys('A#acme.eu#PENDING', 'USER#u1'), { account: 'acme.eu', kind: 'USER', id: 'u1' }],
  ])('finds the work of %s', (_what, record, work) => {
    expect(parseHead(record)).toEqual(work)
  })

  test.each([
    ['another partition', keys('A#default#MEMBERS#A#x#PENDING', 'GROUP#g1')],
    ['another kind', keys('A#default#PENDING', 'CHANGE#g1')],
    ['no id', keys('A#default#PENDING', 'GROUP#')],
    ['no keys', {}],
    ['nothing', undefined],
  ])('finds none in %s', (_what, record) => {
    expect(parseHead(record)).toBeUndefined()
  })
})
