import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'

describe('the regions of a deployment', () => {
  const table = { TABLE_NAME: 'rolecall', AWS_REGION: 'eu-west-1' }

  test('are known where there are several, the first one being home', () => {
    expect(parseConfig({ ...table, REGIONS: 'us-east-1,eu-west-1' }).regions).toEqual({
      own: 'eu-west-1',
      all: ['us-east-1', 'eu-west-1'],
    })
  })

  test.each([undefined, '', 'eu-west-1'])('are none of a deployment of one: %j', (REGIONS) => {
    expect(parseConfig({ ...table, REGIONS }).regions).toBeUndefined()
  })

  test('hold the one where it runs', () => {
    expect(() => parseConfig({ ...table, REGIONS: 'us-east-1,us-west-2' })).toThrow(
      'The environment variable REGIONS is "us-east-1,us-west-2", without eu-west-1, where this runs',
    )
  })
})
