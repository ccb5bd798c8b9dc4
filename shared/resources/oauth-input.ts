import * as z from 'zod/mini'
import { isKeyAddress, JWKS_URI_RULE } from '../auth/oauth/key-address.ts'
import { faultOfKey, isSigningKey, KEY_RULE } from '../auth/oauth/signing-key.ts'
import { DAY_MS, parseSpan } from '../auth/span.ts'
import { strictError } from './parse-input.ts'

const MAX_KEYS = 5
/** The most issuers and subjects that one client trusts. */
export const MAX_TRUSTS = 5
const MAX_AUDIENCES = 10

const jwksUri = z.string({ error: JWKS_URI_RULE }).check(z.refine(isKeyAddress, { error: JWKS_URI_RULE }))
const text = (expected: string) =>
  z.string({ error: expected }).check(z.minLength(1, { error: expected }), z.maxLength(512, { error: expected }))

const A_TRUST = 'expected { "issuer", "subject", "audiences": [...], "jwksUri" }'
const trust = z.strictObject(
  {
    issuer: text('the issuer of the assertions, as their iss says'),
    subject: text('whom the assertions are about, as their sub says'),
    audiences: z
      .array(text('what aud may be'), { error: 'expected a list of what aud may be' })
      .check(
        z.minLength(1, { error: 'at least one audience' }),
        z.maxLength(MAX_AUDIENCES, { error: `at most ${MAX_AUDIENCES} audiences` }),
      ),
    jwksUri,
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? strictError(issue) : A_TRUST) },
)

/** Those to add, one with the same issuer and subject being replaced, and those to take away. */
const trustChange = z.strictObject(
  {
    add: z._default(z.array(trust, { error: 'expected a list' }), []),
    remove: z._default(
      z.array(z.strictObject({ issuer: z.string(), subject: z.string() }), {
        error: 'expected a list of { "issuer", "subject" }',
      }),
      [],
    ),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? strictError(issue) : 'expected { "add": [...], "remove": [...] }',
  },
)

const aKey = ({ input }: { input?: unknown }) => `${faultOfKey(input)}; ${KEY_RULE}`
const publicKey = z
  .looseObject({ kty: z.string({ error: KEY_RULE }) }, { error: aKey })
  .check(z.refine(isSigningKey, { error: aKey }))

/** What an admin changes of how an OAuth client proves who it is; a setting of null goes. */
export const oauthChange = z.strictObject(
  {
    /** Its own keys: held here, or fetched from an address; one of the two. */
    keys: z.optional(
      z.nullable(
        z
          .array(publicKey, { error: 'expected a list of public keys (JWK)' })
          .check(
            z.minLength(1, { error: 'at least one key' }),
            z.maxLength(MAX_KEYS, { error: `at most ${MAX_KEYS}` }),
          ),
      ),
    ),
    jwksUri: z.optional(z.nullable(jwksUri)),
    trusts: z.optional(trustChange),
  },
  { error: strictError },
)
export type OAuthChange = z.input<typeof oauthChange>

const AN_OVERLAP = 'expected how long the old secret works on: a number and m, h or d, at most 30d, such as 7d'
const DEFAULT_OVERLAP = '7d'
const MAX_OVERLAP_MS = 30 * DAY_MS

/** How long the old secret works beside a new one, in milliseconds. */
export const rotateInput = z.strictObject(
  {
    overlap: z.pipe(
      z._default(z.string({ error: AN_OVERLAP }), DEFAULT_OVERLAP),
      z.transform((span, context) => {
        // None at all is a span of no length.
        const ms = /^0[smhd]$/.test(span) ? 0 : parseSpan(span)
        if (ms !== undefined && ms <= MAX_OVERLAP_MS) return ms
        context.issues.push({ code: 'custom', message: AN_OVERLAP, input: span })
        return z.NEVER
      }),
    ),
  },
  { error: strictError },
)
