import * as z from 'zod'

/** A share of calls or batches, from 0 to 1. */
const Rate = z.number().min(0).max(1).default(0)

const Plan = z.strictObject({
  /** What one partition key may write in a second; AWS documents 1,000 (docs/performance.md). */
  writeUnitsPerSecond: z.number().positive().default(1000),
  /** What one partition key may read in a second. */
  readUnitsPerSecond: z.number().positive().default(3000),
  /** Seconds of unused capacity that a key saves up. 0 is burst off: what a second does not use is lost. AWS: 300, no promise. */
  burstSeconds: z.number().min(0).default(0),
  /** Added to each call. */
  latencyMs: z.number().min(0).default(0),
  /** How long a change of the table is not yet seen in its indexes. */
  indexLagMs: z.number().min(0).default(0),
  /** Whether transactions on the same items get in each other's way. */
  conflicts: z.boolean().default(true),
  /** Share of calls that are throttled whatever their partition has left. */
  throttledCalls: Rate,
  /** Share of batches of which a random part is left undone. */
  halfDoneBatches: Rate,
  /** The same seed draws the same chances. */
  seed: z.int().default(1),
})

/** How the proxy treats its callers. */
export type Plan = z.infer<typeof Plan>
/** A plan of which only what matters is said. */
export type PlanInput = z.input<typeof Plan>

/** Fills in what is not said: AWS's rates without burst, conflicts, no faults. @throws {z.ZodError} naming what is wrong. */
export const parsePlan = (input: unknown): Plan => Plan.parse(input)

/** For tests that are not about throttling: AWS's manners with its usual burst, and an index that lags a little. */
export const CALM: PlanInput = { burstSeconds: 300, indexLagMs: 5 }

/** For what is only to be counted: nobody is throttled. */
export const UNLIMITED: PlanInput = { writeUnitsPerSecond: 1e12, readUnitsPerSecond: 1e12 }
