/** An array whose elements are still being read, some at a time. */
export type JsonStream = AsyncIterable<readonly unknown[]>

const isStream = (value: unknown): value is JsonStream =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** Whether anything in plain data is still being read. */
export const holdsStream = (value: unknown): boolean =>
  isStream(value) || (typeof value === 'object' && value !== null && Object.values(value).some(holdsStream))

/**
 * The JSON text of plain data, arrays in it that are still being read among it, in pieces. Of an object with such an
 * array its other attributes come first. What was begun is closed only at the good end: text that a failure cut is no JSON.
 */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (isStream(value)) yield* streamPieces(value)
  else if (!holdsStream(value)) yield JSON.stringify(value)
  else if (Array.isArray(value)) yield* arrayPieces(value)
  else yield* objectPieces(value as object)
}

async function* streamPieces(stream: JsonStream): AsyncGenerator<string> {
  let open = '['
  for await (const elements of stream) {
    if (elements.length === 0) continue
    yield open + JSON.stringify(elements).slice(1, -1)
    open = ','
  }
  yield open === '[' ? '[]' : ']'
}

async function* arrayPieces(array: readonly unknown[]): AsyncGenerator<string> {
  for (const [i, element] of array.entries()) {
    yield i === 0 ? '[' : ','
    yield* jsonPieces(element)
  }
  yield ']'
}

async function* objectPieces(object: object): AsyncGenerator<string> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  const streamed = entries.filter(([, value]) => holdsStream(value))
  const plain = Object.fromEntries(entries.filter(([, value]) => !holdsStream(value)))
  yield JSON.stringify(plain).slice(0, -1)
  for (const [i, [name, value]] of streamed.entries()) {
    yield `${i === 0 && Object.keys(plain).length === 0 ? '' : ','}${JSON.stringify(name)}:`
    yield* jsonPieces(value)
  }
  yield '}'
}
