/** Characters of JSON that stay of a value that is cut. */
export const KEPT_CHARACTERS = 120

/** The attribute of the row that stands for the changes left out. */
export const CUT_MARKER = '(cut)'

/** A long text as an event holds it: its beginning, and how many characters are missing. */
export function cutText(text: string): string {
  const left = text.length - KEPT_CHARACTERS
  return left <= KEPT_CHARACTERS ? text : `${text.slice(0, KEPT_CHARACTERS)}… (${left} characters left out)`
}

/** Whether a value of an event is one that was cut: what a client wrote looks so only where it is as long. */
export const isCutText = (value: unknown): boolean =>
  /^… \(\d+ characters left out\)$/.test(String(value).slice(KEPT_CHARACTERS))
