import { parseToken } from '../../shared/auth/token.ts'

/** How a token is pasted wrongly: the first that holds says it. */
const PASTED_MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^\s*bearer\b/i, 'It begins with "Bearer", which consoles that want the token alone would send twice'],
  [/["'`“”]/, 'There are quotes around it, or in it'],
  [/\s/, 'There is a blank or a line break in it'],
]

/** What is wrong with a token as it was pasted, and the token itself where one can be made out. */
export function parsePasted(pasted: string): { token?: string; tokenId?: string; wrong?: string } {
  const text = pasted.replace(/\r?\n$/, '')
  const token = text.replace(/^\s*bearer\b/i, '').replace(/["'`“”\s]/g, '')
  const parsed = parseToken(token)
  if (!parsed) return { wrong: 'It is no token of this service, or a part of it is missing' }
  const [, wrong] = PASTED_MISTAKES.find(([pattern]) => pattern.test(text)) ?? []
  return { token, tokenId: parsed.tokenId, ...(wrong && { wrong }) }
}
