import { memberOf } from './attributes.ts'
import { FileError } from './file-error.ts'

/** A SCIM resource of a file: its line where each has its own, else its place in the list, from 1. */
export interface FileResource {
  line: number
  resource: Record<string, unknown>
}

/** Whether a file is JSON: SCIM then, since nothing else is read as such. */
export const isJson = (text: string): boolean => /^\s*[{[]/.test(text)

/**
 * The resources of a SCIM file: a ListResponse (RFC 7644 §3.4.2), an array, one resource, or any of these on each line.
 * @throws {FileError} where it is no JSON, or a page of a list whose other pages are missing.
 */
export function parseScimFile(text: string): FileResource[] {
  const whole = parseJson(text)
  if (whole !== undefined) return checkWhole([{ line: 1, value: whole }])
  const lines = text.split(/\r\n|\r|\n/).map((line, i) => ({ line: i + 1, text: line }))
  return checkWhole(
    lines.filter((line) => line.text.trim() !== '').map((line) => ({ line: line.line, value: requireJson(line) })),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function requireJson({ line, text }: { line: number; text: string }): unknown {
  const value = parseJson(text)
  if (value !== undefined) return value
  const expected = 'a SCIM list, or one resource a line'
  throw new FileError(`Line ${line} is no JSON: expected ${expected}`, { line, expected })
}

/** Of a list that is cut all others would seem to be missing. */
function checkWhole(parts: readonly { line: number; value: unknown }[]): FileResource[] {
  const totals = parts.map(({ value }) => memberOf(value, 'totalResults')).filter((total) => typeof total === 'number')
  const found = parts.flatMap(toResources)
  const total = totals.reduce((most, one) => Math.max(most, one), 0)
  if (found.length < total) {
    throw new FileError(`The file holds ${found.length} of ${total} resources: get the other pages too, one a line`)
  }
  return found
}

function toResources({ line, value }: { line: number; value: unknown }): FileResource[] {
  const listed = Array.isArray(value) ? value : memberOf(value, 'Resources')
  if (Array.isArray(listed)) return listed.map((one, i) => ({ line: i + 1, resource: requireObject(one, i + 1) }))
  if (memberOf(value, 'totalResults') === 0) return []
  return [{ line, resource: requireObject(value, line) }]
}

function requireObject(value: unknown, at: number): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new FileError(`What stands at place ${at} is no SCIM resource but ${JSON.stringify(value)?.slice(0, 40)}`)
}
