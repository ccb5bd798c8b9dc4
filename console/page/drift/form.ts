/** What exports are called; what a file is, its content says. */
export const ACCEPTED = '.csv,.tsv,.txt,.json,text/csv,application/json'

/** Files that were chosen; they stay on this machine. */
export interface DriftFiles {
  users: File
  groups: readonly File[]
  /** `attribute=column`, of files that are not recognised. */
  map: readonly string[]
}

/** How they are compared; empty: as it fits. */
export interface DriftOptions {
  match: string
  integration: string
}

/** The form that the console's server reads: files, and the options of the command by their names. */
export function formOf({ users, groups, map }: DriftFiles, { match, integration }: DriftOptions): FormData {
  const form = new FormData()
  form.append('users', users)
  for (const file of groups) form.append('groups', file)
  for (const pair of map) form.append('map', pair)
  if (match) form.append('match', match)
  if (integration) form.append('integration', integration)
  return form
}
