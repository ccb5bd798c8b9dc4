/** One parameter of an address: as it is read, written, and what it is where the address does not say. */
export interface Parameter<Value> {
  initial: Value
  /** Undefined for what it may not be. */
  parse(text: string): Value | undefined
  write(value: Value): string
}

/** Parameters by name. */
export type Schema = Readonly<
  Record<string, { initial: unknown; parse(text: string): unknown; write(value: never): string }>
>
/** What parameters are once they are read. */
export type ValuesOf<S extends Schema> = {
  [Name in keyof S]: S[Name] extends { initial: infer Value } ? Value : never
}

const asItIs = (value: string): string => value

/** Any text. */
export const text = (): Parameter<string> => ({ initial: '', parse: asItIs, write: asItIs })

/** Text of one form. */
export const textLike = (form: RegExp): Parameter<string> => ({
  ...text(),
  parse: (given) => (given === '' || form.test(given) ? given : undefined),
})

/** One of some words. */
export const oneOf = <const Word extends string>(words: readonly Word[], initial: Word): Parameter<Word> => ({
  initial,
  parse: (given) => words.find((word) => word === given),
  write: asItIs,
})

/** Some of these words, all of them at first, never none; in their order. */
export const someOf = <const Word extends string>(words: readonly Word[]): Parameter<readonly Word[]> => ({
  initial: words,
  parse: (given) => {
    const asked = given.split(',')
    const found = words.filter((word) => asked.includes(word))
    return found.length > 0 && asked.every((one) => (words as readonly string[]).includes(one)) ? found : undefined
  },
  write: (value) => words.filter((word) => value.includes(word)).join(','),
})

/** What an address says, and the parameters that it has and no page knows or can read. */
export interface Reading<S extends Schema> {
  values: ValuesOf<S>
  unknown: string[]
}

/** Parameters that every address may have. */
const COMMON = ['account', 'link']

/** Reads an address; what cannot be read is as if it were not there, and is told. */
export function readQuery<S extends Schema>(schema: S, query: URLSearchParams): Reading<S> {
  const unknown = [...query.keys()].filter((name) => !COMMON.includes(name) && !Object.hasOwn(schema, name))
  const values = Object.entries(schema).map(([name, parameter]) => {
    const given = query.get(name)
    const value = given === null ? parameter.initial : parameter.parse(given)
    if (value === undefined) unknown.push(name)
    return [name, value ?? parameter.initial]
  })
  return { values: Object.fromEntries(values) as ValuesOf<S>, unknown: [...new Set(unknown)] }
}

/** Writes an address: what is as at first is left out. */
export function writeQuery<S extends Schema>(schema: S, values: ValuesOf<S>): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, { initial, write }] of Object.entries(schema)) {
    const text = write(values[name] as never)
    if (text !== write(initial as never)) query.set(name, text)
  }
  return query
}
