import * as z from 'zod/mini'
import { objectName } from './integration-input.ts'
import { strictError } from './parse-input.ts'

/** Objects that one request may name. */
export const MAX_NAMED = 100
/** What is handed over, by the words of the event history. */
export const OWNED_TYPES = ['USER', 'ROLE'] as const

const A_NAME = 'expected an id or a name'
const names = z.optional(
  z.array(z.string({ error: A_NAME }).check(z.minLength(1, { error: A_NAME })), {
    error: 'expected a list of ids or names',
  }),
)
const A_PLACE = 'expected the value of "next" of an earlier answer'
const TYPE_RULE = `expected some of ${OWNED_TYPES.join(', ')}`

/** Where a walk goes on: its type, the last object passed, and how many were handed over before. */
const place = z.pipe(
  z.string({ error: A_PLACE }).check(z.regex(/^(USER|ROLE) [0-9a-f-]{0,36} \d{1,9}$/, { error: A_PLACE })),
  z.transform((text) => {
    const [type = '', after = '', done] = text.split(' ')
    return { type, after, done: Number(done) }
  }),
)

/** To whom ownership goes, and of what: objects that are named, or all that a role owns. */
export const transferInput = z
  .strictObject(
    {
      to: objectName,
      users: names,
      roles: names,
      ownedBy: z.optional(objectName),
      types: z.optional(z.array(z.enum(OWNED_TYPES, { error: TYPE_RULE }), { error: TYPE_RULE })),
      dryRun: z.optional(z.boolean({ error: 'expected true or false' })),
      next: z.optional(place),
    },
    { error: strictError },
  )
  .check(
    z.refine(({ ownedBy, users, roles }) => (ownedBy !== undefined) !== (users !== undefined || roles !== undefined), {
      error: 'say what is transferred: users and roles, or ownedBy, which takes all that a role owns',
    }),
    z.refine(({ users = [], roles = [] }) => users.length + roles.length <= MAX_NAMED, {
      error: `name at most ${MAX_NAMED} users and roles in one request`,
    }),
    z.refine(({ ownedBy, types, next }) => ownedBy !== undefined || (types === undefined && next === undefined), {
      error: 'types and next go with ownedBy only',
    }),
    z.refine(({ ownedBy, to }) => ownedBy !== to, { error: 'ownedBy and to are the same role' }),
  )

export type Transfer = z.output<typeof transferInput>
