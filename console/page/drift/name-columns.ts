/** What one may name a column for; the command line knows more. */
export const NAMED = [
  { name: 'userName', label: 'userName' },
  { name: 'email', label: 'E-mail address' },
  { name: 'externalId', label: 'externalId' },
  { name: 'active', label: 'May sign in' },
] as const
export type Named = (typeof NAMED)[number]['name']

const KEYS: readonly Named[] = ['userName', 'email', 'externalId']

/** As `--map` reads it; undefined while nothing is named by which users could be found. */
export function mapOf(chosen: Partial<Record<Named, string>>): string[] | undefined {
  if (!KEYS.some((name) => chosen[name])) return undefined
  return NAMED.flatMap(({ name }) => (chosen[name] ? [`${name}=${chosen[name]}`] : []))
}
