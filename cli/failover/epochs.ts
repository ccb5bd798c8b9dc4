import type { Sites } from './sites.ts'

/** What a lost region may have given itself while nobody could read it: two for each move that failed. */
const UNSEEN_EPOCHS = 1000

/**
 * The next epoch of a region above one. Each region has its own, by its place among all names, so that no two of them ever
 * write in the same one, whoever puts their fences and whatever he can read.
 */
export function nextEpoch({ all }: Sites, region: string, above: number): number {
  const names = all.map(({ name }) => name).sort()
  const first = above + 1
  const place = names.indexOf(region)
  return first + ((((place - first) % names.length) + names.length) % names.length)
}

/** As {@link nextEpoch}, and above whatever has been put in a table that does not answer. */
export const epochBeyond = (sites: Sites, region: string, above: number): number =>
  nextEpoch(sites, region, above + UNSEEN_EPOCHS)
