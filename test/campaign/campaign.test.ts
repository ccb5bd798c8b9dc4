import { expect, test } from 'vitest'
import { startTwoRegions } from '../factories/two-regions.ts'
import { playCampaign } from './campaign.ts'

/** `SEEDS=1,2,3 MOVES=20 MEMBERS=5000 STEPS=40 npm run campaign` plays more than the suite has time for. */
const { SEEDS = '1', MOVES = '2', MEMBERS = '50', STEPS = '10' } = process.env
const HOURS_MS = 24 * 3_600_000

test.each(SEEDS.split(',').map(Number))(
  'regions are lost and move in the middle of everything, and all is whole and told, seed %i',
  async (seed) => {
    const regions = await startTwoRegions({ seed })
    try {
      const sizes = { moves: Number(MOVES), members: Number(MEMBERS), steps: Number(STEPS) }
      const begun = performance.now()
      const played = await playCampaign(regions, { seed, ...sizes })
      const seconds = Math.round((performance.now() - begun) / 1000)
      if (process.env.SEEDS) console.info(JSON.stringify({ seed, ...sizes, ...played, seconds }))
      expect(played).toEqual({
        changes: expect.toSatisfy((n) => n > 50),
        refused: expect.toSatisfy((n) => n > 0),
        reported: expect.toSatisfy((n) => n > 0),
      })
    } finally {
      await regions.close()
    }
  },
  HOURS_MS,
)
