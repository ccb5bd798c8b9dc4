/** Who an assertion says it is from and about: read, and believed only once it is verified; nothing of what is none. */
export function peek(assertion: string): { iss?: unknown; sub?: unknown } {
  try {
    return Object(JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8')))
  } catch {
    return {}
  }
}
