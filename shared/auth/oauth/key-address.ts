/** What an address of keys must be, as errors say it. */
export const JWKS_URI_RULE = 'an https:// address with a public host name, without user, port or fragment'

/** Whether keys may be asked for there, as far as the text tells. */
export function isKeyAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.username || url.password || url.port || url.hash) return false
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(url.hostname) && !/^[\d.]+$/.test(url.hostname)
}
