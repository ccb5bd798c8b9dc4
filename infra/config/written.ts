import type { TextForm } from './settings.ts'

/** A text of the context or the environment as the setting wants it; what cannot be read so is left for its check to quote. */
export function fromText(form: TextForm, text: string): unknown {
  // Mostly a variable that nobody set: taken for an empty list, it would open what the file closes.
  if (text.trim() === '') return text
  if (form === 'number') return toNumber(text)
  if (form === 'flag' || form === 'flag or text') return FLAGS.get(text) ?? text
  if (form === 'list') return partsOf(text)
  if (form === 'pairs') return toPairs(text, (value) => value)
  if (form === 'numbers') return toPairs(text, toNumber)
  return text
}

const FLAGS = new Map([
  ['true', true],
  ['false', false],
])

const toNumber = (text: string): number | string => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text)

const partsOf = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || [])

/** `authorizer=20,users=50` */
function toPairs(text: string, toValue: (value: string) => unknown): unknown {
  const pairs = partsOf(text).map((part) => /^([^=]+)=(.*)$/.exec(part))
  if (pairs.includes(null)) return text
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], toValue(pair?.[2] ?? '')]))
}

/** The variable of a setting: `eventRetentionDays` → `ROLECALL_EVENT_RETENTION_DAYS`. */
export const variableOf = (name: string): string =>
  `ROLECALL_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
