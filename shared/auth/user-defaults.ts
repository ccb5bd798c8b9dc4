/** What new users get of an integration whose client sends nothing for it (SNOWFLAKE: DEFAULT_ROLE and others). */
export const USER_DEFAULT_NAMES = ['defaultRole', 'defaultSecondaryRoles', 'type'] as const
export type UserDefaults = Readonly<Partial<Record<(typeof USER_DEFAULT_NAMES)[number], string | undefined>>>

/** Whether a value is such defaults; read by hand, as the authorizer must. */
export function isUserDefaults(value: unknown): value is UserDefaults {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(
    ([name, held]) => USER_DEFAULT_NAMES.some((known) => known === name) && typeof held === 'string',
  )
}
