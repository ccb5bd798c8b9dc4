import { describe, expect, test } from 'vitest'
import { NamesOverTime } from '../../../../shared/audit/sentences/names.ts'
import { IDS, ofAda, ofFinance, rowOf } from '../../../factories/sentences.ts'

const renamed = ofAda({ changes: [{ attribute: 'userName', before: 'ada@example.com', after: 'ada.b@example.com' }] })

describe('NamesOverTime', () => {
  test('tells what somebody was called at each row: before, at and after a rename', () => {
    const names = new NamesOverTime()
    names.see([ofFinance({}), renamed, ofFinance({})].map(rowOf))
    expect([0, 1, 2].map((index) => names.at(index).get(IDS.ada))).toEqual([
      ...['ada@example.com', 'ada@example.com', 'ada.b@example.com'],
    ])
    names.see([ofFinance({})].map(rowOf))
    expect(names.at(0).get(IDS.ada)).toBe('ada.b@example.com')
  })

  test('knows who is named by no event by the name they have now', () => {
    const names = new NamesOverTime()
    names.learn(IDS.bo, 'bo@example.com')
    names.learn(IDS.ada, 'ada.now@example.com')
    names.see([renamed].map(rowOf))
    expect([names.at(0).get(IDS.bo), names.at(0).get(IDS.ada), names.at(0).get(IDS.cy)]).toEqual([
      ...['bo@example.com', 'ada@example.com', undefined],
    ])
    expect([IDS.ada, IDS.bo, IDS.cy].map((id) => names.has(id))).toEqual([true, true, false])
  })
})
