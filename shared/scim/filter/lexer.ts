type Bracket = '(' | ')' | '[' | ']'

/** A piece of a filter; `at` and `end` are positions in the text, `text` of a string is what it says, decoded. */
export interface Token {
  kind: 'word' | 'string' | 'end' | Bracket
  text: string
  at: number
  end: number
}

/** Says where reading stopped and what should have been there. */
export type Fail = (at: number, expected: string) => never

const WORD = /[^\s()[\]"]+/y
const BRACKETS = new Set(['(', ')', '[', ']'])

/**
 * Cuts a filter or PATCH path into words, JSON strings, brackets and an end mark, in linear time. Words and strings
 * must be separated by a space; brackets separate by themselves.
 */
export function tokenise(text: string, fail: Fail): Token[] {
  const tokens: Token[] = []
  let at = skipSpaces(text, 0)
  while (at < text.length) {
    const token = nextToken(text, at, fail)
    const previous = tokens.at(-1)
    if (previous && previous.end === at && isWordOrString(previous) && isWordOrString(token)) fail(at, 'a space')
    tokens.push(token)
    at = skipSpaces(text, token.end)
  }
  tokens.push({ kind: 'end', text: '', at, end: at })
  return tokens
}

function nextToken(text: string, at: number, fail: Fail): Token {
  const first = text.charAt(at)
  if (BRACKETS.has(first)) return { kind: first as Bracket, text: first, at, end: at + 1 }
  return first === '"' ? nextString(text, at, fail) : nextWord(text, at, fail)
}

function nextWord(text: string, at: number, fail: Fail): Token {
  WORD.lastIndex = at
  const word = WORD.exec(text)?.[0] ?? fail(at, 'an attribute, an operator or a value')
  return { kind: 'word', text: word, at, end: at + word.length }
}

function nextString(text: string, at: number, fail: Fail): Token {
  const end = endOfString(text, at, fail)
  const value = decodeLiteral(text.slice(at, end)) ?? fail(at, 'a JSON string with valid escapes')
  if (!value.isWellFormed()) fail(at, 'a string without half a surrogate pair')
  return { kind: 'string', text: value, at, end }
}

function endOfString(text: string, at: number, fail: Fail): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return fail(text.length, 'a closing quotation mark')
}

function decodeLiteral(literal: string): string | undefined {
  try {
    return JSON.parse(literal)
  } catch {
    return undefined
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from
  while (text[at] === ' ') at++
  return at
}

function isWordOrString(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'string'
}
