import type { AttributeValue, Item } from '../../local/engine/wire.ts'

/** Bytes of an item as DynamoDB counts them: names and text in UTF-8, half a byte per digit, lists and maps a little more. */
export const itemSize = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0)

const SIZES: Readonly<Record<string, (value: never) => number>> = {
  S: (text: string) => Buffer.byteLength(text),
  N: numberSize,
  B: bytesOfBase64,
  BOOL: () => 1,
  NULL: () => 1,
  SS: (set: string[]) => sum(set, (text) => Buffer.byteLength(text)),
  NS: (set: string[]) => sum(set, numberSize),
  BS: (set: string[]) => sum(set, bytesOfBase64),
  // A list or map has three bytes of its own and one for each element.
  L: (list: AttributeValue[]) => 3 + sum(list, (value) => 1 + valueSize(value)),
  M: (map: Item) => 3 + Object.keys(map).length + itemSize(map),
}

function valueSize(value: AttributeValue): number {
  const [type = '', content] = Object.entries(value)[0] ?? []
  const size = SIZES[type]
  if (!size) throw new Error(`The protocol has no attribute type "${type}"`)
  return size(content as never)
}

/** Two digits a byte, one byte for the rest; zeros at either end are not stored. */
function numberSize(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e')
  const digits = mantissa.replace(/[-+.]/g, '').replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}

function bytesOfBase64(text: string): number {
  return Buffer.byteLength(text, 'base64')
}

const sum = <T>(values: readonly T[], size: (value: T) => number): number =>
  values.reduce((total, value) => total + size(value), 0)
