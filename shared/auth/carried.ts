import { CLIENT_KINDS, type ClientKind } from '../scim/client-kind.ts'
import { type Brake, DEFAULT_BRAKE, isBrake } from './brake.ts'
import { isUserDefaults, type UserDefaults } from './user-defaults.ts'

/** What becomes of ids among a group's new members that are no users: the request is refused, or goes on without them. */
export const UNKNOWN_MEMBERS = ['refuse', 'skip'] as const
export type UnknownMembers = (typeof UNKNOWN_MEMBERS)[number]

/** Okta does not send a refused push again, so one stale id would lose the others. */
export const defaultUnknownMembers = (clientKind: ClientKind): UnknownMembers =>
  clientKind === 'OKTA' ? 'skip' : 'refuse'

/**
 * What every request must know of its integration and the integration's role. It is copied into each token, where the
 * authorizer finds it, and handed on to the function that answers: a setting that requests need is a row here and in
 * {@link FIELDS}, and nowhere else on that way.
 */
export interface Carried {
  /** The run-as role: owner of what this client creates. */
  role: string
  clientKind: ClientKind
  /** Of the resource types (`scim/resource-types.ts`). */
  privileges: readonly string[]
  /** UUID: `/scim/v2/<endpointId>/...` is this integration's own base URL. */
  endpointId: string
  syncPassword: boolean
  unknownMembers: UnknownMembers
  /** The account's: whether a user has a name (`snowflakeUserName`) apart from the one to sign in with (`userName`). */
  separateUserNames?: boolean | undefined
  brake: Brake
  /** Epoch milliseconds until which the brake neither counts nor refuses; 0 where nobody has released it. */
  brakeReleasedUntil: number
  userDefaults: UserDefaults
}

interface Field<Value> {
  is(value: unknown): value is Value
  optional?: true
  /** What a token has that was written before there was the setting; without it the token is unreadable. */
  absent?(clientKind: ClientKind): Value
}

/** Read by hand, not by zod, which the authorizer's bundle has no room for. */
const FIELDS: { readonly [Name in keyof Carried]-?: Field<NonNullable<Carried[Name]>> } = {
  role: { is: isText },
  clientKind: { is: isClientKind },
  privileges: { is: isTexts },
  endpointId: { is: isText },
  syncPassword: { is: isTruth },
  unknownMembers: { is: isUnknownMembers, absent: defaultUnknownMembers },
  separateUserNames: { is: isTruth, optional: true },
  brake: { is: isBrake, absent: () => DEFAULT_BRAKE },
  brakeReleasedUntil: { is: isInstant, absent: () => 0 },
  userDefaults: { is: isUserDefaults, absent: () => ({}) },
}
const NAMES = Object.keys(FIELDS) as (keyof Carried)[]

/** Of all that is known of an integration, the part that is carried. */
export function toCarried(source: Carried): Carried {
  const held = NAMES.filter((name) => source[name] !== undefined)
  return Object.fromEntries(held.map((name) => [name, source[name]])) as unknown as Carried
}

/** Reads back what a token carries. @throws {Error} when anything is missing or of the wrong kind: it opens nothing. */
export function parseCarried(item: Record<string, unknown>): Carried {
  const { clientKind } = item
  const entries = NAMES.flatMap((name) => {
    const { is, absent, optional }: Field<unknown> = FIELDS[name]
    const value = item[name] ?? (isClientKind(clientKind) ? absent?.(clientKind) : undefined)
    if (optional && value === undefined) return []
    if (!is(value)) throw new Error(`A token record has no readable "${name}"`)
    return [[name, value]]
  })
  return Object.fromEntries(entries)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

function isTruth(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isClientKind(value: unknown): value is ClientKind {
  return CLIENT_KINDS.some((kind) => kind === value)
}

function isUnknownMembers(value: unknown): value is UnknownMembers {
  return UNKNOWN_MEMBERS.some((word) => word === value)
}
