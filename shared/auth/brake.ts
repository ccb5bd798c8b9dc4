/**
 * What becomes of an integration's changes past its limit: they are carried out and reported, they are refused, or
 * nobody counts them.
 */
export const BRAKE_MODES = ['warn', 'stop', 'off'] as const

/** How many deactivations, deletions and lost memberships of an hour an integration may make. */
export interface Brake {
  mode: (typeof BRAKE_MODES)[number]
  /** So many always. */
  objects: number
  /** And as large a part, in percent, of the users and roles that its role owns. */
  share: number
}

/**
 * Reports, and refuses nothing: Okta waits for the end of a refusal, Entra quarantines jobs with many failures
 * (docs/decisions/0026-brake.md).
 */
export const DEFAULT_BRAKE: Brake = { mode: 'warn', objects: 25, share: 10 }

/** More objects than that are no limit at all. */
export const MAX_BRAKE_OBJECTS = 1_000_000

/** Whether a value read from the table is a brake. */
export function isBrake(value: unknown): value is Brake {
  const { mode, objects, share } = (value ?? {}) as Record<keyof Brake, unknown>
  return BRAKE_MODES.some((word) => word === mode) && [objects, share].every(Number.isSafeInteger)
}

/** A brake with what is named of it set anew. */
export function alterBrake(brake: Brake, named: { [Name in keyof Brake]?: Brake[Name] | undefined } = {}): Brake {
  const { mode = brake.mode, objects = brake.objects, share = brake.share } = named
  return { mode, objects, share }
}

/** The limit of a role that owns so many users and roles; of one whose number is not known, what it may always do. */
export const limitOf = ({ objects, share }: Brake, owned = 0): number =>
  Math.max(objects, Math.floor((owned * share) / 100))

const HOUR_MS = 3_600_000

/** The hour in which changes are counted together: `2026-08-31T10` of 10:59 UTC. */
export const hourOf = (at: Date): string => at.toISOString().slice(0, 13)

/** When the hour began, in epoch milliseconds. */
export const startOfHour = (at: Date): number => Math.floor(at.getTime() / HOUR_MS) * HOUR_MS

/** When it ends. */
export const endOfHour = (at: Date): number => startOfHour(at) + HOUR_MS
