import type { Db } from '../../shared/store/client.ts'
import { openTestDb } from './engine.ts'

const WRITES = /^(BatchWrite|TransactWrite|Put|Update|Delete)/

/** A process that dies at one of its writes: before it reaches the table, or when it has. */
export interface Death {
  /** Which write it is, from 1. */
  at: number
  reached: boolean
}

/** The same table through a client of a process that dies; `writes` counts what was tried until then. */
export function dyingDb({ tableName, clock }: Db, death?: Death) {
  const state = { writes: 0, dead: false }
  const db = { ...openTestDb(tableName, { maxAttempts: 1 }), clock }
  db.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (state.dead) throw died()
        if (!WRITES.test(commandName)) return next(args)
        state.writes += 1
        if (state.writes !== death?.at) return next(args)
        state.dead = true
        if (death.reached) await next(args)
        throw died()
      },
    { step: 'initialize', priority: 'high' },
  )
  return { db, state }
}

const died = () => new Error('The process has died')

/** The same table through a client that does `before` each call, by its command's name: to fail, or to wait. */
export function hookedDb({ tableName, clock }: Db, before: (command: string, input: object) => unknown): Db {
  const db = { ...openTestDb(tableName, { maxAttempts: 1 }), clock }
  db.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        await before(commandName, args.input)
        return next(args)
      },
    { step: 'initialize', priority: 'high' },
  )
  return db
}
