import { OUTCOMES } from '../../../../shared/audit/outcome.ts'
import type { Bucket, Counts } from './counts.ts'

/** Buckets picked by keyboard: the one where it began, and the one where it is. */
export interface Picked {
  anchor: number
  at: number
}

/** Where a key goes; undefined where it leaves, and the same where it means nothing here. */
export function movePicked(
  picked: Picked | undefined,
  key: string,
  isExtending: boolean,
  count: number,
): Picked | undefined {
  if (key === 'Escape' || count === 0) return undefined
  const last = count - 1
  const to = { ArrowLeft: (picked?.at ?? count) - 1, ArrowRight: (picked?.at ?? -1) + 1, Home: 0, End: last }[key]
  if (to === undefined) return picked
  const at = Math.max(0, Math.min(last, to))
  return { anchor: isExtending && picked ? picked.anchor : at, at }
}

/** The first and the last picked bucket. */
export const endsOf = ({ anchor, at }: Picked): [number, number] => [Math.min(anchor, at), Math.max(anchor, at)]

/** Some buckets as one, and how long it is. */
export function joinBuckets(
  { buckets, stepSeconds }: Counts,
  first: number,
  last: number,
): { bucket: Bucket; seconds: number } {
  const some = buckets.slice(first, last + 1)
  const sums = OUTCOMES.map((outcome) => [outcome, some.reduce((sum, bucket) => sum + bucket[outcome], 0)])
  return { bucket: { at: some[0]?.at ?? 0, ...Object.fromEntries(sums) }, seconds: some.length * stepSeconds }
}
