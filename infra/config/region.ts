import { RegionInfo } from 'aws-cdk-lib/region-info'

/** As many letters as may be wrong in a name that is still told from others. */
const MAX_SLIPS = 2

/** The partition of a region, `aws` of `eu-west-1`; of one that the CDK does not know undefined. */
export const partitionOf = (region: string): string | undefined =>
  RegionInfo.regions.find(({ name }) => name === region)?.partition

/** The region whose name is most like that of none. */
export function nearestRegion(unknown: string): string | undefined {
  const slips = RegionInfo.regions.map(({ name }) => ({ name, count: slipsBetween(unknown, name) }))
  return slips.filter(({ count }) => count <= MAX_SLIPS).sort((a, b) => a.count - b.count)[0]?.name
}

/** How many letters are to be put in, left out or changed to come from one text to the other (Levenshtein). */
function slipsBetween(one: string, other: string): number {
  const first = Array.from({ length: other.length + 1 }, (_, i) => i)
  const last = [...one].reduce((above, letter, i) => {
    const row = [i + 1]
    for (const [j, its] of [...other].entries()) {
      row.push(Math.min(at(above, j) + (letter === its ? 0 : 1), at(above, j + 1) + 1, at(row, j) + 1))
    }
    return row
  }, first)
  return at(last, other.length)
}

const at = (row: readonly number[], i: number): number => row[i] ?? 0
