/** A value of an attribute in lines that one reads: each item of a list, each part of an object in one. */
export function attributeText(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(itemText)
  if (isObject(value)) return Object.entries(value).map(([name, part]) => `${name}: ${plain(part)}`)
  return [plain(value)]
}

/** `ada@example.com (work, primary)`. */
function itemText(item: unknown): string {
  if (!isObject(item)) return plain(item)
  const { value, display, type, primary, ...rest } = item
  const main = value ?? display
  if (main === undefined || Object.keys(rest).some((name) => name !== '$ref')) return plain(item)
  const more = [...(typeof type === 'string' ? [type] : []), ...(primary === true ? ['primary'] : [])]
  return more.length > 0 ? `${plain(main)} (${more.join(', ')})` : plain(main)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const plain = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
