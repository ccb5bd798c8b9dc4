import * as z from 'zod/mini'

/** Values that a filter names: one of the first, where there are any, and none of the others. */
export interface Choice<Value> {
  any: readonly Value[]
  none: readonly Value[]
}

/** The choice of one value. */
export const only = <Value>(value: Value): Choice<Value> => ({ any: [value], none: [] })

/** Whether a choice admits what `holds` of one of its values; nothing chosen admits everything. */
export function admits<Value>(choice: Choice<Value> | undefined, holds: (value: Value) => boolean): boolean {
  if (choice === undefined) return true
  return (choice.any.length === 0 || choice.any.some(holds)) && !choice.none.some(holds)
}

/**
 * Reads `a`, `a,b`, `!a` or `!a,!b`: each value as `one` reads it, those behind `!` to be left out. With `isAlone` it is
 * one value, which may hold a comma itself.
 */
export const choiceOf = <Value>(one: z.ZodMiniType<Value>, { isAlone = false } = {}) =>
  z.transform((given: unknown, { issues }): Choice<Value> => {
    const parts = typeof given === 'string' && !isAlone ? given.split(',') : [given]
    const read = parts.map((part) => readPart(one, part))
    for (const { issue } of read) if (issue !== undefined) issues.push({ code: 'custom', input: given, message: issue })
    const values = (isNot: boolean) => read.flatMap((part) => (part.isNot === isNot ? part.value : []))
    return { any: values(false), none: values(true) }
  })

/** One value, as a list of it, or why it is none. */
function readPart<Value>(one: z.ZodMiniType<Value>, part: unknown) {
  const isNot = typeof part === 'string' && part.startsWith('!')
  const { success, data, error } = one.safeParse(isNot ? part.slice(1) : part)
  return success ? { isNot, value: [data] } : { isNot, value: [], issue: String(error.issues[0]?.message) }
}
