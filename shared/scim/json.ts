import { invalidSyntax } from './error.ts'
import { isExactNumber } from './json-number.ts'
import { MAX_JSON_DEPTH } from './limits.ts'
import { quote } from './quote.ts'
import type { Json, JsonObject } from './schema.ts'

const SPACE = /[ \t\n\r]*/y
/** Characters that stand for themselves: all but the quote, the backslash and controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings
const PLAIN = /[^"\\\u0000-\u001f]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const HEX = /[0-9a-fA-F]{4}/y
const WORDS = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const ESCAPES = new Map(Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }))

/**
 * Reads a request body strictly, in linear time: RFC 8259 grammar, UTF-8 without errors (a byte order mark is
 * skipped), nesting of at most {@link MAX_JSON_DEPTH}, no name twice in one object, no half surrogate pairs, no number
 * that would come back different. Objects have no prototype, so names like `__proto__` are data like any other.
 * @throws {ScimError} 400 invalidSyntax with the position, in characters from 1, and what was expected there.
 */
export function parseJson(body: Uint8Array | string): Json {
  return new JsonReader(decode(body)).parseDocument()
}

function decode(body: Uint8Array | string): string {
  if (typeof body === 'string') return wellFormed(body.startsWith('\uFEFF') ? body.slice(1) : body)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw invalidSyntax('Cannot read the body: it is not valid UTF-8; encode it as UTF-8', { cause })
  }
}

function wellFormed(text: string): string {
  if (text.isWellFormed()) return text
  throw invalidSyntax('Cannot read the body: it holds half a surrogate pair; encode it as UTF-8')
}

class JsonReader {
  private readonly text: string
  private at = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  parseDocument(): Json {
    this.skipSpace()
    if (this.at === this.text.length) throw invalidSyntax('Cannot read the body: it is empty; send a JSON object')
    const value = this.parseValue()
    if (this.at < this.text.length) this.fail('the end of the body')
    return value
  }

  /** Leaves the position behind the value and the space after it. */
  private parseValue(): Json {
    const value = this.readToken()
    this.skipSpace()
    return value
  }

  private readToken(): Json {
    const character = this.text[this.at]
    if (character === '"') return this.parseString()
    if (character === '{') return this.nested(() => this.parseObject())
    if (character === '[') return this.nested(() => this.parseArray())
    const number = this.match(NUMBER)
    return number === '' ? this.readWord() : this.exact(number)
  }

  private nested<T>(read: () => T): T {
    this.depth++
    if (this.depth > MAX_JSON_DEPTH) this.refuse(`it is nested deeper than ${MAX_JSON_DEPTH} levels; flatten it`)
    const value = read()
    this.depth--
    return value
  }

  private parseObject(): JsonObject {
    const object: JsonObject = Object.create(null)
    this.open()
    if (this.take('}')) return object
    do this.parseMember(object)
    while (this.takeThenSpace(','))
    if (!this.take('}')) this.fail('"," or "}"')
    return object
  }

  private parseMember(object: JsonObject): void {
    const start = this.at
    if (this.text[start] !== '"') this.fail('a name in double quotes')
    const name = this.parseString()
    if (name in object) this.refuse(`the name ${quote(name)} stands twice in one object; send it once`, start)
    this.skipSpace()
    if (!this.takeThenSpace(':')) this.fail('":"')
    object[name] = this.parseValue()
  }

  private parseArray(): Json[] {
    const array: Json[] = []
    this.open()
    if (this.take(']')) return array
    do array.push(this.parseValue())
    while (this.takeThenSpace(','))
    if (!this.take(']')) this.fail('"," or "]"')
    return array
  }

  private parseString(): string {
    const start = this.at++
    let text = this.match(PLAIN)
    let escaped = false
    while (this.text[this.at] === '\\') {
      escaped = true
      text += this.parseEscape() + this.match(PLAIN)
    }
    if (!this.take('"')) this.fail('a closing quote, or an escape where there is a control character')
    if (escaped && !text.isWellFormed()) this.refuse('the text holds half a surrogate pair; escape whole pairs', start)
    return text
  }

  private parseEscape(): string {
    const letter = this.text[this.at + 1] ?? ''
    const plain = ESCAPES.get(letter)
    if (plain === undefined && letter !== 'u') this.fail('an escape: \\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u')
    this.at += 2
    return plain ?? this.parseCodeUnit()
  }

  private parseCodeUnit(): string {
    const digits = this.match(HEX)
    if (digits === '') this.fail('four hexadecimal digits')
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  private exact(text: string): number {
    const number = Number(text)
    if (isExactNumber(text, number)) return number
    return this.refuse(`the number ${quote(text)} cannot be kept exactly; send it as a string`, this.at - text.length)
  }

  private readWord(): Json {
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    return this.fail('a value')
  }

  private open(): void {
    this.at++
    this.skipSpace()
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private takeThenSpace(character: string): boolean {
    if (!this.take(character)) return false
    this.skipSpace()
    return true
  }

  private skipSpace(): void {
    if (this.text.charCodeAt(this.at) > 32) return
    this.match(SPACE)
  }

  private match(pattern: RegExp): string {
    const start = this.at
    pattern.lastIndex = start
    if (!pattern.test(this.text)) return ''
    this.at = pattern.lastIndex
    return this.text.slice(start, this.at)
  }

  private fail(expected: string): never {
    const character = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)
    const found = this.at < this.text.length ? quote(character) : 'the end of the body'
    return this.refuse(`expected ${expected}, found ${found}`)
  }

  private refuse(reason: string, at = this.at): never {
    throw invalidSyntax(`Cannot read the body at character ${at + 1}: ${reason}`)
  }
}
