/** Longer numbers than any double prints; nobody means their last digits. */
const MAX_NUMBER_LENGTH = 400
const PARTS = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Whether a JSON number was kept: `number` prints as the same decimal value as `text`. False for what overflows,
 * vanishes or loses digits.
 */
export function isExactNumber(text: string, number: number): boolean {
  if (Number.isSafeInteger(number) && /^-?\d{1,16}$/.test(text)) return true
  if (!Number.isFinite(number) || text.length > MAX_NUMBER_LENGTH) return false
  return toDecimal(text) === toDecimal(String(number))
}

/** Digits without zeros around them, and the power of ten they stand at: one text per decimal value but its sign. */
function toDecimal(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? []
  const digits = whole + fraction
  const first = digits.search(/[1-9]/)
  if (first < 0) return '0'
  const end = lengthWithoutZeros(digits)
  return `${digits.slice(first, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}

function lengthWithoutZeros(digits: string): number {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return end
}
