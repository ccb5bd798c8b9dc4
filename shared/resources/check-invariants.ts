import * as z from 'zod/mini'
import { BEGINNING, CHECK_PARTS, type CheckPlace, checkStep } from '../store/invariants/check.ts'
import type { AdminContext } from './admin-context.ts'
import { requireAccount } from './known-names.ts'
import { parseInput } from './parse-input.ts'
import type { InvariantStep } from './views/invariant-step.ts'

const A_PLACE = 'expected the value of "next" of an earlier answer'
const place = z.object({
  part: z.int().check(z.minimum(0), z.maximum(CHECK_PARTS.length - 1)),
  after: z.optional(z.string()),
  checked: z.int(),
  direct: z.int(),
  counted: z.record(z.string(), z.int()),
  print: z.string(),
  isRecount: z.boolean(),
})

const toText = (at: CheckPlace): string => Buffer.from(JSON.stringify(at)).toString('base64url')
const parsePlace = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
const input = z.object({
  next: z.optional(
    z.pipe(
      z.string(),
      z.transform((text, context): CheckPlace => {
        const { success, data } = place.safeParse(parsePlace(text))
        if (success) return data
        context.issues.push({ code: 'custom', message: A_PLACE, input: text })
        return z.NEVER
      }),
    ),
  ),
})

/**
 * Looks at a part of an account for what no request, fault or kill may leave behind, and says each in a sentence; changes
 * nothing. @throws {ScimError} 400 invalidValue; 404 for the account.
 */
export async function checkInvariants(
  context: AdminContext,
  query: Readonly<Record<string, string>>,
): Promise<InvariantStep> {
  const { db, account, trail } = context
  const { next = BEGINNING } = parseInput(input, query)
  if (next === BEGINNING) await requireAccount(context)
  const { violations, place: reached, isDone } = await checkStep(db, account, next)
  const { part, checked, direct } = reached
  const last = CHECK_PARTS.length - 1
  trail.counted(violations.length)
  return {
    ...{ violations, checked, changedByHand: direct },
    part: { name: CHECK_PARTS[Math.min(part, last)] ?? '', number: Math.min(part, last) + 1, of: CHECK_PARTS.length },
    ...(!isDone && { next: toText(reached) }),
  }
}
