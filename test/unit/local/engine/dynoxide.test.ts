import { expect, test } from 'vitest'
import { binaryFor } from '../../../../local/engine/dynoxide.ts'

test('where npm has installed no engine, it says for which platform and what to do', () => {
  expect(() => binaryFor('sunos', 'sparc')).toThrow(
    new Error('The local engine is not installed for sunos-sparc: name another one in DYNAMODB_ENDPOINT'),
  )
})
