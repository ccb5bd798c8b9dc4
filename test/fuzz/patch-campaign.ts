import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { ScimError } from '../../shared/scim/error.ts'
import { applyPatch, sameAttributes } from '../../shared/scim/patch/apply.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../../shared/scim/patch/request.ts'
import { resourceTypes } from '../../shared/scim/resource-types.ts'
import type { Attributes, Json, JsonObject } from '../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schemas/enterprise-user.ts'
import { done, type ModelUser, Refused, takeStep } from './user-model.ts'
import { modelUser, step, toWire } from './user-steps.ts'

const { User } = resourceTypes('GENERIC')

/** A refusal as a value: its scimType. */
type Outcome = Attributes | string

/** Any sequence of operations: engine and model agree, or both refuse; the user before is never touched. */
export const patchProperty = fc.property(
  modelUser,
  fc.array(fc.tuple(step, fc.nat(11)), { minLength: 1, maxLength: 8 }),
  (before, steps) => {
    const operations = steps.map(([one, form]) => toWire(one, form))
    const expected = attempt(() => toAttributes(done(steps.reduce((user, [one]) => takeStep(user, one), before))))
    const attributes = deepFreeze(toAttributes(before))
    const actual = attempt(() => patch(attributes, operations))
    if (!agree(expected, actual, steps.length)) {
      const input = JSON.stringify([attributes, operations])
      throw new Error(`engine: ${JSON.stringify(actual)}\nmodel:  ${JSON.stringify(expected)}\ninput:  ${input}`)
    }
  },
)

function patch(attributes: Attributes, operations: JsonObject[]): Attributes {
  const read = parsePatch(User, { schemas: [PATCH_OP], Operations: operations as Json[] })
  const first = applyPatch(User, attributes, read, { id: 'u1' }).attributes
  const again = applyPatch(User, attributes, read, { id: 'u1' }).attributes
  if (!sameAttributes(first, again)) throw new Error('the same PATCH gave another result the second time')
  return first
}

/** Paths and values are read before anything is applied, so the reason may differ where several operations fail. */
function agree(expected: Outcome, actual: Outcome, steps: number): boolean {
  if (typeof expected === 'string' || typeof actual === 'string') {
    return typeof expected === typeof actual && (steps > 1 || expected === actual)
  }
  return isDeepStrictEqual(plain(actual), expected)
}

function attempt(run: () => Attributes): Outcome {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refused) return error.scimType
    if (error instanceof ScimError && error.scimType) return error.scimType
    throw error
  }
}

/** The model's user in the shape the engine works on. */
function toAttributes({ userName, title, active, givenName, familyName, department, emails }: ModelUser): Attributes {
  const name = { ...(givenName !== undefined && { givenName }), ...(familyName !== undefined && { familyName }) }
  return {
    userName,
    ...(title !== undefined && { title }),
    ...(active !== undefined && { active }),
    ...(Object.keys(name).length > 0 && { name }),
    ...(department !== undefined && { [ENTERPRISE_USER]: { department } }),
    ...(emails.length > 0 && { emails: structuredClone(emails) as Attributes[] }),
  }
}

function plain(value: Attributes): unknown {
  return JSON.parse(JSON.stringify(value))
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
