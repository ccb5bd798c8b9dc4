import { ATTRIBUTE_NAMES, ATTRIBUTES, type AttributeName, comparable } from './attributes.ts'
import { spacesAround, unseenIn } from './characters.ts'
import type { Difference } from './classes.ts'
import type { UserHere } from './here.ts'
import type { MatchBy, Matched, Pair } from './match.ts'
import { isOn } from './status.ts'
import type { FileUser } from './users-file.ts'

/** What is looked for in users. */
export interface UserQuestion {
  /** Whose export the file is. */
  role: string
  attributes: readonly AttributeName[]
}

/** Attributes that are compared: those both sides carry, but for what they are matched by. */
export function attributesToCompare(
  carries: readonly AttributeName[],
  here: readonly UserHere[],
  by: MatchBy,
): AttributeName[] {
  const carriedHere = new Set(here.flatMap(({ values }) => Object.keys(values)))
  const isKey = (name: AttributeName) => name === by || name === 'userName'
  return ATTRIBUTE_NAMES.filter((name) => !isKey(name) && carries.includes(name) && carriedHere.has(name))
}

/** Everything about users that is otherwise in the file than here. */
export function compareUsers(matched: Matched, users: readonly FileUser[], question: UserQuestion): Difference[] {
  return [
    ...matched.onlyThere.map(toMissingHere),
    ...matched.onlyHere.map((user) => toMissingThere(user, question)),
    ...matched.pairs.flatMap((pair) => comparePair(pair, matched.by, question)),
    ...users.flatMap(findUnknownState),
    ...matched.collisions.map((rows) => toCollision(rows, matched.by)),
    ...matched.keyless.map((user) => toKeyless(user, matched.by)),
    ...users.flatMap(findCharacters),
  ]
}

/** How a user of the file is called: by name, else by what else there is. */
export const nameThere = ({ values, line }: FileUser): string =>
  (values.userName ?? values.email ?? values.externalId ?? values.displayName ?? `line ${line}`).trim()
export const nameHere = ({ values, id }: UserHere): string => values.userName ?? id

const ofUser = (user: FileUser) => ({ type: 'USER' as const, name: nameThere(user), line: user.line })
const stateHere = ({ active }: UserHere): string => (active ? 'active' : 'inactive')

function toMissingHere(user: FileUser): Difference {
  const { status } = user
  const mayEnter = status === 'on' || status === 'unknown'
  return { class: mayEnter ? 'missing-here' : 'off-and-absent', ...ofUser(user), there: status, here: 'absent' }
}

function toMissingThere(user: UserHere, { role }: UserQuestion): Difference {
  const { id, active, owner } = user
  const found = { type: 'USER' as const, name: nameHere(user), there: 'absent', here: stateHere(user), id }
  if (owner !== role) return { class: 'of-others', ...found, detail: `owner ${owner}` }
  return { class: active ? 'missing-there' : 'off-and-absent', ...found }
}

function comparePair(pair: Pair, by: MatchBy, { role, attributes }: UserQuestion): Difference[] {
  const { there, here } = pair
  const both = { ...ofUser(there), id: here.id }
  return [
    ...compareName(pair, by).map((found) => ({ ...both, ...found })),
    ...compareActive(pair).map((found) => ({ ...both, ...found })),
    ...compareKey(pair, by).map((found) => ({ ...both, ...found })),
    ...attributes
      .filter((name) => name !== by)
      .flatMap((name) => compareAttribute(name, pair))
      .map((found) => ({ ...both, ...found })),
    ...here.direct.map((changed) => ({ ...both, ...toDirect(changed, there) })),
    ...(here.owner === role ? [] : [{ class: 'owner' as const, ...both, there: role, here: here.owner }]),
  ]
}

/** What was changed here, and what the file says of it, where it says anything. */
function toDirect([attribute, time, value]: UserHere['direct'][number], file: FileUser): Found & { class: 'direct' } {
  const isState = attribute === 'active'
  const name = ATTRIBUTE_NAMES.find((one) => ATTRIBUTES[one].path.toLowerCase() === attribute.toLowerCase())
  const state = file.status === 'unknown' ? file.unknownWord : file.status
  const there = isState ? state : name && file.values[name]
  const here = isState ? (value === 'false' ? 'inactive' : 'active') : value
  const sides = { ...(there !== undefined && { there }), ...(here !== undefined && { here }) }
  return { class: 'direct', attribute, ...sides, detail: `changed directly ${time}` }
}

type Found = Pick<Difference, 'class'> & Partial<Difference>

function compareName({ there, here, foundBy }: Pair, by: MatchBy): Found[] {
  if (foundBy === 'userName') return []
  const names = [there.values.userName, here.values.userName] as const
  const differs = by === 'externalId' && comparable('userName', names[0]) !== comparable('userName', names[1])
  const isGiven = names[0] !== undefined && names[1] !== undefined
  if (!foundBy && !(differs && isGiven)) return []
  const detail = `the same ${foundBy ?? by}`
  return [{ class: 'renamed', attribute: 'userName', there: nameThere(there), here: nameHere(here), detail }]
}

/** What users are matched by, of one who was found by another thing; of a name it is told as such. */
function compareKey(pair: Pair, by: MatchBy): Found[] {
  if (pair.foundBy === undefined || by === 'userName') return []
  return compareAttribute(by, pair).map((found) => ({ ...found, detail: `the same ${pair.foundBy}` }))
}

function compareActive({ there: { status }, here }: Pair): Found[] {
  const isOnThere = isOn(status)
  if (isOnThere === undefined || isOnThere === here.active) return []
  const sides = { attribute: 'active', there: status, here: stateHere(here) }
  return [{ class: status === 'suspended' ? 'suspended' : 'active', ...sides }]
}

function compareAttribute(name: AttributeName, { there, here }: Pair): Found[] {
  const [theirs, ours] = [there.values[name], here.values[name]]
  if (comparable(name, theirs) === comparable(name, ours)) return []
  const values = { ...(theirs !== undefined && { there: theirs }), ...(ours !== undefined && { here: ours }) }
  const changed = here.direct.find(([path]) => path.toLowerCase() === ATTRIBUTES[name].path.toLowerCase())
  const detail = changed && { detail: `changed directly ${changed[1]}` }
  return [{ class: 'attribute', attribute: ATTRIBUTES[name].path, ...values, ...detail }]
}

function toCollision(rows: readonly FileUser[], by: MatchBy): Difference {
  const [first] = rows as [FileUser]
  const where = `lines ${rows.map(({ line }) => line).join(', ')}`
  const there = rows.map(({ values }) => (by === 'externalId' ? values.externalId : nameOf(values))).join(', ')
  return { class: 'collision', ...ofUser(first), there, detail: where }
}

const nameOf = ({ userName, email }: FileUser['values']): string => userName ?? email ?? ''

const toKeyless = (user: FileUser, by: MatchBy): Difference => ({
  ...{ class: 'no-name', ...ofUser(user), attribute: by },
  detail: `line ${user.line}`,
})

const findUnknownState = (user: FileUser): Difference[] =>
  user.unknownWord === undefined
    ? []
    : [{ class: 'unknown-state', ...ofUser(user), attribute: 'active', there: user.unknownWord }]

function findCharacters(user: FileUser): Difference[] {
  return ATTRIBUTE_NAMES.flatMap((name): Difference[] => {
    const value = user.values[name]
    if (value === undefined) return []
    const points = [...unseenIn(value), ...(name === 'userName' ? spacesAround(value) : [])]
    if (points.length === 0) return []
    const detail = [...new Set(points)].join(', ')
    return [{ class: 'characters', ...ofUser(user), attribute: ATTRIBUTES[name].path, there: value, detail }]
  })
}
