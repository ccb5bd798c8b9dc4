import { invalidSyntax, notFound, ScimError } from '../../shared/scim/error.ts'
import { FORWARDED } from '../api.ts'

/** A request that may pass, as it is sent on. */
export interface ForwardedRoute {
  method: string
  /** As in the table: `/admin/users/{id}`. */
  template: string
  /** Encoded. */
  path: string
  /** With its question mark, or empty. */
  search: string
}

const ROUTES = Object.entries(FORWARDED).flatMap(([key, passes]) => {
  const [method = '', template = ''] = key.split(' ')
  const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
  return passes ? [{ method, template, pattern }] : []
})

/**
 * What to ask the service for, all of it encoded anew: what is signed and sent is what was looked at here.
 * @throws {ScimError} 404 or 405 on what is not in the table, 400 on a path that means another than it says.
 */
export function toForwardedRoute(method: string, rawPath: string, rawSearch: string): ForwardedRoute {
  const fitting = ROUTES.filter(({ pattern }) => pattern.test(rawPath))
  const found = fitting.find((route) => route.method === method)
  if (found) {
    const path = rawPath.split('/').map(toSegment).join('/')
    return { method, template: found.template, path, search: toSearch(rawSearch) }
  }
  if (fitting.length === 0) throw notFound(`The console has no data at ${rawPath}: it passes on what rolecall asks for`)
  const allow = fitting.map((route) => route.method).join(', ')
  throw new ScimError(405, undefined, `Cannot ${method} ${rawPath}: send ${allow}`, { headers: { Allow: allow } })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const NO_NAME = /^\.{1,2}$|[/\\\u0000-\u001f\u007f]/

function toSegment(raw: string): string {
  const name = decode(raw)
  if (NO_NAME.test(name)) throw invalidSyntax(`Cannot read the path: ${JSON.stringify(raw)} stands for no name`)
  return encodeURIComponent(name)
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch (cause) {
    throw invalidSyntax(`Cannot read the path: ${JSON.stringify(raw)} is no encoded UTF-8`, { cause })
  }
}

/** Signatures want a space as %20. */
function toSearch(search: string): string {
  const pairs = [...new URLSearchParams(search)].map((pair) => pair.map(encodeURIComponent).join('='))
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}
