import { describe, expect, test } from 'vitest'
import { parseMembers, parseMessage } from '../../../shared/scim/envelope.ts'
import { ScimError } from '../../../shared/scim/error.ts'
import type { Json } from '../../../shared/scim/schema.ts'

const URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

function refusal(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return [error.status, error.scimType, error.message]
  }
}

describe('parseMessage()', () => {
  test('finds members and schema in any letter case, and leaves the rest out (RES-5)', () => {
    const body = { SCHEMAS: ['urn:x', URN.toUpperCase()], operations: [1], other: 2, OTHER: 3 }
    expect({ ...parseMessage(body, URN, ['Operations', 'failOnErrors']) }).toEqual({
      schemas: ['urn:x', URN.toUpperCase()],
      Operations: [1],
    })
  })

  test.each<[string, Json, string]>([
    ['no object', [], 'Cannot read the PatchOp: expected a JSON object, found []'],
    ['null', null, 'Cannot read the PatchOp: expected a JSON object, found null'],
    ['no schemas', {}, `Cannot read the PatchOp: its schemas must be an array that holds "${URN}"`],
    [
      'a text for a list',
      { schemas: URN },
      `Cannot read the PatchOp: its schemas must be an array that holds "${URN}"`,
    ],
    [
      'other schemas',
      { schemas: [5, 'x'] },
      `Cannot read the PatchOp: its schemas must be an array that holds "${URN}"`,
    ],
    [
      'schemas twice',
      { schemas: [URN], Schemas: [URN] },
      'Cannot read schemas of the PatchOp: it is named twice; send it once',
    ],
    [
      'a member twice',
      { schemas: [URN], Operations: [], OPERATIONS: [] },
      'Cannot read Operations of the PatchOp: it is named twice; send it once',
    ],
  ])('refuses %s (PAT-1, BLK-8)', (_name, body, detail) => {
    expect(refusal(() => parseMessage(body, URN, ['Operations']))).toEqual([400, 'invalidSyntax', detail])
  })
})

describe('parseMembers()', () => {
  test('takes prototype names for names that nobody asked for (MED-6)', () => {
    const members = parseMembers(JSON.parse('{"__proto__":{"op":"add"},"constructor":1,"OP":"add"}'), ['op'], 'it')
    expect({ ...members }).toEqual({ op: 'add' })
  })
})
