import type { GatewayRoute } from './template.ts'

export interface RouteMatch {
  route: GatewayRoute
  /** Path variables, still percent-encoded. */
  params: Readonly<Record<string, string>>
}

interface Node {
  route?: GatewayRoute
  fixed: Map<string, Node>
  variable?: { name: string; node: Node }
  greedy?: { name: string; node: Node }
}

/**
 * Finds routes as API Gateway does: segment by segment, a fixed one before `{variable}` before `{proxy+}`. Segments
 * are compared as sent: an encoded slash stays inside its segment, and an encoded letter is not that letter.
 */
export function routeMatcher(routes: readonly GatewayRoute[]): (path: string) => RouteMatch | undefined {
  const root: Node = { fixed: new Map() }
  for (const route of routes) grow(root, route)
  return (path) => {
    const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/')
    return descend(root, segments, 0, [])
  }
}

function grow(root: Node, route: GatewayRoute): void {
  let node = root
  for (const segment of route.path.replace(/^\//, '').split('/')) node = child(node, segment)
  node.route = route
}

function child(node: Node, segment: string): Node {
  const name = /^\{(\w+)(\+?)\}$/.exec(segment)
  if (name?.[2]) {
    node.greedy ??= { name: name[1] ?? '', node: { fixed: new Map() } }
    return node.greedy.node
  }
  if (name) {
    node.variable ??= { name: name[1] ?? '', node: { fixed: new Map() } }
    return node.variable.node
  }
  const known = node.fixed.get(segment) ?? { fixed: new Map() }
  node.fixed.set(segment, known)
  return known
}

type Params = readonly (readonly [string, string])[]

function descend(node: Node, segments: readonly string[], at: number, params: Params): RouteMatch | undefined {
  const segment = segments[at]
  if (segment === undefined) return node.route && { route: node.route, params: Object.fromEntries(params) }
  const fixed = node.fixed.get(segment)
  const { variable, greedy } = node
  return (
    (fixed && descend(fixed, segments, at + 1, params)) ??
    (variable && segment !== ''
      ? descend(variable.node, segments, at + 1, [...params, [variable.name, segment]])
      : undefined) ??
    (greedy && takeRest(greedy, segments.slice(at).join('/'), params))
  )
}

function takeRest(greedy: { name: string; node: Node }, rest: string, params: Params): RouteMatch | undefined {
  if (rest === '' || !greedy.node.route) return undefined
  return { route: greedy.node.route, params: Object.fromEntries([...params, [greedy.name, rest]]) }
}
