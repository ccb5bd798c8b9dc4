/** What stands in the places of a pattern that begin with a colon; undefined where the path is another. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const found: Record<string, string> = {}
  for (const [i, segment] of wanted.entries()) {
    const value = decode(given[i] ?? '')
    if (segment.startsWith(':') && value) found[segment.slice(1)] = value
    else if (segment !== value) return undefined
  }
  return found
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
