import { describe, expect, test } from 'vitest'
import { holdsStream, jsonPieces } from '../../../shared/scim/json-stream.ts'

async function* pagesOf(...pages: unknown[][]) {
  yield* pages
}

async function piecesOf(value: unknown): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of jsonPieces(value)) pieces.push(piece)
  return pieces
}
const textOf = async (value: unknown) => (await piecesOf(value)).join('')

describe('jsonPieces()', () => {
  test('plain data is its JSON, in one piece', async () => {
    const data = { a: [1, { b: null }], c: '"🙂"', d: undefined }
    expect(await piecesOf(data)).toEqual([JSON.stringify(data)])
  })

  test('an array that is still being read follows the other attributes, whatever its place', async () => {
    const resource = {
      id: 'g',
      members: pagesOf([{ value: 'a' }], [{ value: 'b' }, { value: 'c' }]),
      meta: { version: 1 },
    }
    expect(await textOf(resource)).toBe(
      '{"id":"g","meta":{"version":1},"members":[{"value":"a"},{"value":"b"},{"value":"c"}]}',
    )
  })

  test.each([
    ['no pages', pagesOf()],
    ['empty pages', pagesOf([], [], [])],
  ])('of %s comes an empty array', async (_name, members) => {
    expect(await textOf({ id: 'g', members })).toBe('{"id":"g","members":[]}')
  })

  test('empty pages between others leave no trace', async () => {
    expect(await textOf([1, pagesOf([], [2], [], [3], [])])).toBe('[1,[2,3]]')
  })

  test('a list holds resources of both kinds, and an object may hold nothing else', async () => {
    const list = {
      totalResults: 3,
      Resources: [{ id: 'a' }, { id: 'b', members: pagesOf([1]) }, { members: pagesOf([2]) }],
    }
    expect(await textOf(list)).toBe(
      '{"totalResults":3,"Resources":[{"id":"a"},{"id":"b","members":[1]},{"members":[2]}]}',
    )
  })

  test('a page is passed on before the next one is read', async () => {
    const read: number[] = []
    async function* pages() {
      for (const n of [1, 2]) {
        read.push(n)
        yield [n]
      }
    }
    const pieces = jsonPieces({ members: pages() })
    const first: string[] = []
    while (!first.at(-1)?.includes('1')) first.push(String((await pieces.next()).value))
    expect([first.join(''), read]).toEqual(['{"members":[1', [1]])
  })

  test('what a failure cut is no JSON', async () => {
    async function* failing() {
      yield [1]
      throw new Error('The table is away')
    }
    const pieces: string[] = []
    const run = async () => {
      for await (const piece of jsonPieces({ id: 'g', members: failing() })) pieces.push(piece)
    }
    await expect(run()).rejects.toThrow('The table is away')
    expect(pieces.join('')).toBe('{"id":"g","members":[1')
  })
})

describe('holdsStream()', () => {
  test.each([
    [true, { Resources: [{ members: pagesOf() }] }],
    [false, { Resources: [{ members: [{ value: 'a' }] }], next: null, text: 'abc' }],
    [false, undefined],
  ])('is %s of %j', (expected, value) => {
    expect(holdsStream(value)).toBe(expected)
  })
})
