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
  ...['drift', '--users', users],
  ...groups.flatMap((name) => ['--groups', name]),
  ...map.flatMap((pair) => ['--map', pair]),
  ...(integration ? ['--integration', integration] : []),
  ...(match ? ['--match', match] : []),
]
