/** What is typed to set an attribute of an object, or to take it away. */
interface Typed {
  attribute: string
  value: string
  isGone: boolean
}

/** What is typed as an operation of a PATCH and as options of the command; it is none before it has a value. */
export function setOf({ attribute: path, value, isGone }: Typed) {
  const isReady = path !== '' && (isGone || value !== '')
  return isGone
    ? { isReady, operation: { op: 'remove', path } as const, options: ['--unset', path || 'ATTRIBUTE'] }
    : {
        isReady,
        operation: { op: 'replace', path, value: toValue(value) } as const,
        options: ['--set', `${path || 'ATTRIBUTE'}=${value}`],
      }
}

/** A text that is JSON is sent as what it says: `true`, `3`, a list or an object. */
function toValue(text: string): unknown {
  if (!/^\s*(?:[[{]|true$|false$|-?\d+(?:\.\d+)?$)/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
