import * as z from 'zod'
import type { Flag } from './command.ts'

/** Any text but none at all. */
export const someText = z.string({ error: 'expected a value' }).min(1, { error: 'expected a value' })

/** An option that is given or not. */
export const toggle = (help: string) => ({ help, schema: z.boolean().default(false) })

/** Of every command that changes something: what it would do. */
export const DRY_RUN = toggle('show what would be done, and change nothing')

/** An option with one value, which may be left out. */
export const optional = <Schema extends z.core.$ZodType>(value: string, help: string, schema: Schema) => ({
  ...{ value, help },
  schema: z.optional(schema),
})

/** An option that may be given several times; none given is an empty list. */
export const repeated = <Schema extends z.core.$ZodType>(value: string, help: string, schema: Schema) => ({
  ...{ value, help, multiple: true as const },
  schema: z.array(schema).default([]),
})

/**
 * An option that takes one of a few words, in any letter case; its value is the word as it stands in `choices`.
 * `elsewhere` ends its error: where other words may belong.
 */
export const choice = <const Words extends readonly string[]>(
  value: string,
  help: string,
  choices: Words,
  elsewhere = '',
) => ({
  ...{ value, help, choices },
  schema: oneOfWords(choices, { elsewhere }).optional(),
})

/** One of a few words, in any letter case. */
export const oneOfWords = <const Words extends readonly string[]>(
  words: Words,
  { missing, elsewhere = '' }: { missing?: string; elsewhere?: string } = {},
) => {
  const error = `expected one of ${words.join(', ')}${elsewhere}`
  const exact = (text: string) => words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? text
  return z
    .string({ error: missing ?? error })
    .transform(exact)
    .pipe(z.enum(words, { error }))
}

/** `true` or `false`, written out. */
export const truth = (help: string) =>
  ({
    ...{ value: 'true|false', help, choices: ['true', 'false'] },
    schema: z
      .enum(['true', 'false'], { error: 'expected true or false' })
      .transform((text) => text === 'true')
      .optional(),
  }) satisfies Flag

/** A whole number within bounds, both included. */
export const wholeNumber = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }))
}

const AN_END = 'expected a day such as 2026-12-31 or an instant such as 2026-12-31T12:00:00Z'
const instant = z.iso.datetime({ offset: true })

/** When something ends: an instant, or a day, whose end it is then (UTC). Its value is an instant. */
export const expiry = z.string().transform((text, context) => {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) + 86_400_000 : Number.NaN
  if (!Number.isNaN(day)) return new Date(day).toISOString()
  if (instant.safeParse(text).success) return text
  context.addIssue(AN_END)
  return z.NEVER
})

/** Text that `schema` can read, passed on as it was typed: the service reads it by the same rule. */
export const textFor = (schema: z.core.$ZodType) =>
  z.string().superRefine((text, context) => {
    const { error } = z.safeParse(schema, text)
    const [issue] = error?.issues ?? []
    if (issue) context.addIssue(issue.message)
  })

/** What asks for a dry run, in a query string. */
export const dryRunQuery = (isDryRun: boolean) => (isDryRun ? { dryRun: 'true' } : {})

/** Which names of a list are shown. */
export const LIKE = optional('PATTERN', 'only names like this: % stands for any letters, _ for one', someText)
