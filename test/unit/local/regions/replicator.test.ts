import { describe, expect, test } from 'vitest'
import type { Item } from '../../../../local/engine/wire.ts'
import { type Replica, Replicator, type Underway } from '../../../../local/regions/replicator.ts'
import { seededRandom } from '../../../aws/random.ts'

/** A table in memory; what is in it is told as text. */
function table(region: string) {
  const items = new Map<string, Item>()
  const writes: string[] = []
  const replica: Replica = {
    region,
    get: async (key) => items.get(key),
    async set(key, item) {
      writes.push(`${key}=${item?.v?.S ?? 'gone'}`)
      if (item) items.set(key, item)
      else items.delete(key)
    },
  }
  const content = () => Object.fromEntries([...items].map(([key, item]) => [key, item.v?.S]).sort())
  return { replica, items, writes, content }
}

function two(seed = 1, underway: Underway[] = []) {
  const [a, b] = [table('a'), table('b')]
  const told = new Map<string, Underway>()
  const options = {
    random: seededRandom(seed),
    underway,
    changed: (key: string, state: Underway | undefined) => void (state ? told.set(key, state) : told.delete(key)),
  }
  const replicator = new Replicator([a.replica, b.replica], options)
  const write = (region: 'a' | 'b', key: string, value?: string) =>
    replicator.write(region, [key], async () => {
      const { items } = region === 'a' ? a : b
      if (value === undefined) items.delete(key)
      else items.set(key, { v: { S: value } })
      return { answer: undefined, written: [key] }
    })
  return { a, b, replicator, write, told }
}

const A_TO_B = { from: 'a', to: 'b' }
const B_TO_A = { from: 'b', to: 'a' }

describe('Replicator', () => {
  test('delivers nothing by itself; several writes of an item arrive as one', async () => {
    const { b, replicator, write } = two()
    for (const value of ['1', '2', '3']) await write('a', 'k', value)
    expect([b.content(), replicator.pending()]).toEqual([{}, [{ ...A_TO_B, key: 'k' }]])
    await replicator.drain()
    expect([b.writes, replicator.pending()]).toEqual([['k=3'], []])
  })

  test('delivers items in an order drawn by the seed, the same for the same', async () => {
    const orderOf = async (seed: number) => {
      const { b, replicator, write } = two(seed)
      for (const key of ['1', '2', '3', '4', '5']) await write('a', key, 'x')
      expect(await replicator.deliverSome(2)).toBe(2)
      expect(replicator.pending()).toHaveLength(3)
      expect(await replicator.deliverSome(9)).toBe(3)
      return b.writes.map((line) => line[0]).join('')
    }
    expect([await orderOf(1), await orderOf(1), await orderOf(2)]).toEqual(['24531', '24531', '23451'])
  })

  test('the last writer of an item wins in both regions, whichever arrives first', async () => {
    for (const first of [A_TO_B, B_TO_A]) {
      const { a, b, replicator, write } = two()
      await write('a', 'k', 'older')
      await write('b', 'k', 'newer')
      await replicator.deliver({ ...first, key: 'k' })
      await replicator.drain()
      expect([a.content(), b.content()]).toEqual([{ k: 'newer' }, { k: 'newer' }])
      expect(b.writes).toEqual([])
    }
  })

  test('a delete is a write: it wins over an older one that arrives later', async () => {
    const { a, b, replicator, write } = two()
    await write('a', 'k', '1')
    await replicator.drain()
    await write('b', 'k', '2')
    await write('a', 'k')
    await replicator.drain()
    expect([a.content(), b.content(), a.writes]).toEqual([{}, {}, []])
    await write('b', 'k', '3')
    await replicator.drain()
    expect(a.content()).toEqual({ k: '3' })
  })

  test('a cut link holds back its direction only, until it is healed', async () => {
    const { a, b, replicator, write } = two()
    replicator.cut(A_TO_B)
    await write('a', 'x', '1')
    await write('b', 'y', '1')
    await replicator.drain()
    expect([a.content(), b.content()]).toEqual([{ x: '1', y: '1' }, { y: '1' }])
    expect([replicator.pending(), replicator.pending({ cut: false })]).toEqual([[{ ...A_TO_B, key: 'x' }], []])
    await replicator.deliver({ ...A_TO_B, key: 'x' })
    expect(b.content()).toEqual({ y: '1' })
    replicator.heal()
    await replicator.drain()
    expect(b.content()).toEqual({ x: '1', y: '1' })
    replicator.cut()
    expect([replicator.isCut(A_TO_B), replicator.isCut(B_TO_A)]).toEqual([true, true])
  })

  test('nothing goes to a lost region or comes from it; what waited meanwhile wins or loses by its age', async () => {
    const { a, b, replicator, write } = two()
    await write('a', 'late', 'old region')
    await write('a', 'alone', 'old region')
    replicator.lose('a')
    await write('b', 'late', 'new region')
    await replicator.drain()
    expect([a.content(), b.content()]).toEqual([{ late: 'old region', alone: 'old region' }, { late: 'new region' }])
    replicator.regain('a')
    await replicator.drain()
    const both = { late: 'new region', alone: 'old region' }
    expect([a.content(), b.content()]).toEqual([both, both])
  })

  test('a delivery and a write of its item do not interleave', async () => {
    const { a, b, replicator, write } = two()
    await write('a', 'k', 'older')
    const done = Promise.withResolvers<void>()
    const writing = replicator.write('b', ['k'], async () => {
      await done.promise
      b.items.set('k', { v: { S: 'newer' } })
      return { answer: 'ok', written: ['k'] }
    })
    const delivering = replicator.deliver({ ...A_TO_B, key: 'k' })
    done.resolve()
    expect([await writing, await delivering]).toEqual(['ok', undefined])
    expect(b.writes).toEqual([])
    await replicator.drain()
    expect([a.content(), b.content()]).toEqual([{ k: 'newer' }, { k: 'newer' }])
  })

  test('a delivery that fails is still on its way', async () => {
    const { a, replicator, write } = two()
    await write('a', 'k', '1')
    const { get } = a.replica
    a.replica.get = () => Promise.reject(new Error('The engine is busy'))
    await expect(replicator.deliver({ ...A_TO_B, key: 'k' })).rejects.toThrow('The engine is busy')
    expect(replicator.pending()).toEqual([{ ...A_TO_B, key: 'k' }])
    a.replica.get = get
    await replicator.drain()
    expect(replicator.pending()).toEqual([])
  })

  test('another one goes on with what was on its way, and its writes are later than all before', async () => {
    const first = two()
    await first.write('a', 'k', 'older')
    await first.write('b', 'k', 'newer')
    await first.write('a', 'gone', '1')
    await first.replicator.deliver({ ...A_TO_B, key: 'gone' })
    const next = two(1, [...first.told.values()])
    expect(next.replicator.pending()).toEqual([
      { ...A_TO_B, key: 'k' },
      { ...B_TO_A, key: 'k' },
    ])
    next.a.items.set('k', { v: { S: 'older' } })
    next.b.items.set('k', { v: { S: 'newer' } })
    await next.write('a', 'k', 'newest')
    await next.replicator.drain()
    expect([next.a.content(), next.b.content()]).toEqual([{ k: 'newest' }, { k: 'newest' }])
  })

  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'both tables are the same in the end (seed %i)',
    async (seed) => {
      const random = seededRandom(seed)
      const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)] as T
      const { a, b, replicator, write, told } = two(seed)
      const newest: Record<string, string> = {}
      const running: Promise<unknown>[] = []
      for (let step = 0; step < 200; step++) {
        const key = pick('k1', 'k2', 'k3', 'k4')
        const act = pick('write', 'write', 'write', 'delete', 'deliver', 'deliver', 'cut', 'heal', 'wait')
        if (act === 'write' || act === 'delete') {
          const value = act === 'write' ? String(step) : undefined
          running.push(write(pick('a', 'b'), key, value))
          if (value === undefined) delete newest[key]
          else newest[key] = value
        }
        if (act === 'deliver') running.push(replicator.deliverSome(pick(1, 2, 3)))
        if (act === 'cut') replicator.cut(pick(A_TO_B, B_TO_A))
        if (act === 'heal') replicator.heal()
        if (act === 'wait') await Promise.all(running.splice(0))
      }
      await Promise.all(running)
      replicator.heal()
      await replicator.drain()
      expect([a.content(), b.content(), replicator.pending(), told.size]).toEqual([newest, newest, [], 0])
    },
  )
})
