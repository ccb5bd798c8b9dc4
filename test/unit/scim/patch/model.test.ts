import fc from 'fast-check'
import { describe, test } from 'vitest'
import { bodyProperty, jsonTextProperty } from '../../../fuzz/body-campaign.ts'
import { filterProperty } from '../../../fuzz/filter-campaign.ts'
import { groupProperty } from '../../../fuzz/group-campaign.ts'
import { patchProperty } from '../../../fuzz/patch-campaign.ts'

/** The same inputs at every run: what is new is found by `npm run fuzz`, and not by who happens to run the tests. */
const SEED = 1_304_254_000

describe('the engine and a model that knows nothing of it (npm run fuzz tries many more)', () => {
  test('agree on any sequence of PATCH operations on a user, or both refuse it (PAT-2, PAT-5, PAT-8, PAT-11)', () => {
    fc.assert(patchProperty, { numRuns: 3000, seed: SEED })
  })

  test('agree on the members any sequence of PATCH operations leaves in a group (PAT-21)', () => {
    fc.assert(groupProperty, { numRuns: 2000, seed: SEED })
  })

  test('agree on which users any filter matches (FIL-1, FIL-5, FIL-6, FIL-11)', () => {
    fc.assert(filterProperty, { numRuns: 5000, seed: SEED })
  })

  test('no body makes anything but a resource or a SCIM error (MED-6, ERR-2)', () => {
    fc.assert(bodyProperty, { numRuns: 1000, seed: SEED })
    fc.assert(jsonTextProperty, { numRuns: 2000, seed: SEED })
  })
})
