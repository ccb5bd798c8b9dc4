/** What new users get of an integration whose client sends nothing for it (SNOWFLAKE: DEFAULT_ROLE and others). */
export const USER_DEFAULT_NAMES = ['defaultRole', 'defaultSecondaryRoles', 'type'] as const
/** What a session may have for secondary roles. */
export const SECONDARY_ROLES = ['ALL', 'NONE'] as const

export type UserDefaults = Readonly<Partial<Record<(typeof USER_DEFAULT_NAMES)[number], string | undefined>>>

/** What is named of them; null takes one away. */
export type NamedDefaults = Readonly<Partial<Record<(typeof USER_DEFAULT_NAMES)[number], string | null | undefined>>>

/** Defaults with what is named of them set anew. */
export function alterUserDefaults(defaults: UserDefaults, named: NamedDefaults = {}): UserDefaults {
  const entries = USER_DEFAULT_NAMES.map((name) => [name, named[name] === undefined ? defaults[name] : named[name]])
  return Object.fromEntries(entries.filter(([, value]) => value != null))
}

/** Whether a value is such defaults; read by hand, as the authorizer must. */
export function isUserDefaults(value: unknown): value is UserDefaults {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(
    ([name, held]) => USER_DEFAULT_NAMES.some((known) => known === name) && typeof held === 'string',
  )
}
