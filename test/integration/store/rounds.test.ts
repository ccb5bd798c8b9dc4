import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { ensureAccount } from '../../../shared/store/accounts.ts'
import type { Db } from '../../../shared/store/client.ts'
import { OutOfTime } from '../../../shared/store/deadline.ts'
import { roundKey } from '../../../shared/store/keys.ts'
import { goRound, type Round } from '../../../shared/store/rounds.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'

const db = withTable()
const START = Date.parse('2026-08-31T10:00:00.000Z')
const MINUTE_MS = 60_000

/** A table whose clock is set by hand, with accounts of these names. */
async function given(names: string): Promise<{ timed: Db; pass: (ms: number) => void }> {
  let now = START
  const timed = { ...db, clock: () => now }
  for (const name of names) await ensureAccount(db, name, new Date(START))
  const pass = (ms: number) => {
    now += ms
  }
  return { timed, pass }
}
const marks = async () => (await itemsOf(db, 'ROUND')).map(({ sk, account }) => `${sk} ${account}`)

/** Rounds of a minute in which each visit takes so long by the clock; whom each visited, what is left, what is told. */
async function goRounds(count: number, visitMs: number, { timed, pass }: Awaited<ReturnType<typeof given>>) {
  const rounds: { seen: string; left: number; told: string[] }[] = []
  for (let n = 0; n < count; n++) {
    const told: string[] = []
    const report = (error: unknown) => told.push(String(error))
    let seen = ''
    const round: Round = { name: 'watch', until: timed.clock() + MINUTE_MS, report }
    const left = await goRound(timed, round, async (within, account) => {
      pass(visitMs)
      if (within.clock() > within.deadline) throw new OutOfTime(false)
      seen += account
    })
    rounds.push({ seen, left, told })
    pass(60 * MINUTE_MS)
  }
  return rounds
}

describe('goRound()', () => {
  test('visits all accounts where there is time, and remembers nothing', async () => {
    const clock = await given('abcdefghijklmnopqrst')
    const all = { seen: 'abcdefghijklmnopqrst', left: 0, told: [] }
    expect(await goRounds(2, 1000, clock)).toEqual([all, all])
    expect(await marks()).toEqual([])
  })

  test('goes on where the round before ended, so that all are visited, and none for ever before the others', async () => {
    const clock = await given('abcdefghijklmnopqrst')
    expect(await goRounds(4, 10_000, clock)).toEqual([
      { seen: 'abcdef', left: 14, told: [] },
      { seen: 'ghijkl', left: 14, told: [] },
      { seen: 'mnopqr', left: 14, told: [] },
      { seen: 'stabcd', left: 14, told: [] },
    ])
    expect(await marks()).toEqual(['watch e'])
    expect(await goRounds(1, 1000, clock)).toEqual([{ seen: 'efghijklmnopqrstabcd', left: 0, told: [] }])
    await db.client.send(new DeleteCommand({ TableName: db.tableName, Key: roundKey('watch') }))
  })

  test('begins behind an account that takes a whole round, tells of it, and comes to it again', async () => {
    const clock = await given('abcdefghijklmnopqrst')
    const first = await goRounds(1, 61_000, clock)
    expect(first).toEqual([{ seen: '', left: 20, told: ['Error: The account a takes longer than a whole round'] }])
    expect(await goRounds(1, 1000, clock)).toEqual([{ seen: 'bcdefghijklmnopqrsta', left: 0, told: [] }])
  })

  test('tells of an account at which it fails, which counts as visited', async () => {
    await given('ab')
    const told: unknown[] = []
    const round: Round = { name: 'changes', until: Date.now() + MINUTE_MS, report: (error) => told.push(error) }
    const left = await goRound(db, round, async (_db, account) => {
      if (account === 'b') throw new Error('no answer')
    })
    expect([left, told]).toEqual([0, [new Error('no answer')]])
  })
})
