/** A piece of a sentence: what a page makes a link of, shows in full elsewhere, or marks as a reason, stands apart. */
export type Part =
  | { is: 'text' | 'reason'; text: string }
  /** Who did it; `name` is the integration or the whole ARN. */
  | { is: 'actor'; text: string; name: string }
  /** A user, role, integration, token ...: `type` is the audit word, `id` leads to it where it is known. */
  | { is: 'object'; text: string; type: string; id?: string }

/** A sentence, or a piece of one. */
export type Words = readonly Part[]

/**
 * Sentences are written as templates: say`${actor} created ${user}`. What is undefined says nothing; neighbouring texts
 * become one part.
 */
export function say(texts: TemplateStringsArray, ...values: (Part | Words | string | number | undefined)[]): Words {
  const parts = texts.flatMap((text, i) => [{ is: 'text', text } satisfies Part, ...toParts(values[i])])
  return joinTexts(parts.filter(({ text }) => text !== ''))
}

/** The sentence as plain text. */
export const toText = (words: Words): string => words.map(({ text }) => text).join('')

/** Pieces as people list them: `a`, `a and b`, `a, b and c`. */
export function list(pieces: readonly Words[]): Words {
  const last = pieces.length - 1
  return pieces.flatMap((piece, i) => {
    if (i === 0) return piece
    return i === last ? say` and ${piece}` : say`, ${piece}`
  })
}

function toParts(value: Part | Words | string | number | undefined): Words {
  if (value === undefined) return []
  if (typeof value === 'object') return 'is' in value ? [value] : value
  return [{ is: 'text', text: typeof value === 'number' ? toCount(value) : value }]
}

const COUNT = new Intl.NumberFormat('en-US')

/** A number as it stands in sentences: `8,214`. */
export const toCount = (count: number): string => COUNT.format(count)

/** `1 member`, `6 members`. */
export const several = (count: number, one: string, many = `${one}s`): string =>
  `${toCount(count)} ${count === 1 ? one : many}`

function joinTexts(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const before = joined.at(-1)
    if (before?.is === 'text' && part.is === 'text')
      joined[joined.length - 1] = { ...before, text: before.text + part.text }
    else joined.push(part)
  }
  return joined
}
