import type { Scenario } from './scenario.ts'
import { contention } from './scenarios/contention.ts'
import { growth } from './scenarios/growth.ts'
import { initialSync } from './scenarios/initial-sync.ts'
import { kills } from './scenarios/kills.ts'
import { largeChanges } from './scenarios/large-changes.ts'
import { ownership } from './scenarios/ownership.ts'
import { wholeGroup } from './scenarios/whole-group.ts'

/** All of them, in the order they run. */
export const SCENARIOS: readonly Scenario[] = [
  largeChanges,
  kills,
  initialSync,
  growth,
  ownership,
  wholeGroup,
  contention,
]
