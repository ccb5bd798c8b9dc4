import { option } from '../../command-line.ts'
import type { DriftValues } from './schema.ts'

/** Names of files, and how their columns are read. */
export interface Given {
  users: string
  groups: readonly string[]
  map: readonly string[]
}

/** The command that makes the same report. */
export const commandOf = (
  { users, groups, map }: Given,
  { integration, match }: Pick<DriftValues, 'integration' | 'match'>,
): string[] => [
  ...['drift', ...option('users', users)],
  ...groups.flatMap((name) => option('groups', name)),
  ...map.flatMap((pair) => option('map', pair)),
  ...(integration ? option('integration', integration) : []),
  ...(match ? ['--match', match] : []),
]
