import type { Db } from '../store/client.ts'
export interface Work {
  account: string
  kind: 'GROUP' | 'USER'
  id: string
}
export type SliceEnd = { end: 'done' } | { end: 'more' } | { end: 'taken' } | { end: 'later'; at: number }
export const runSlice = async (_db: Db, _work: Work, _deadline: number): Promise<SliceEnd> => ({ end: 'done' })
export const listDue = async (_db: Db, _account: string): Promise<Work[]> => []
export const parseHeadKey = (_key: string): Work | undefined => undefined
