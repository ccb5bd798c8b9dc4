import { isResourceId } from '../../scim/resource-id.ts'
import type { Facts, Known } from './facts.ts'
import { type Part, say, type Words } from './parts.ts'

/** What an object is called in sentences, by its audit word. */
const WORDS: Readonly<Record<string, string>> = {
  USER: 'user',
  ROLE: 'role',
  INTEGRATION: 'integration',
  TOKEN: 'the token',
  PROVISIONER: 'role',
  ACCOUNT: 'account',
  NETWORK_POLICY: 'network policy',
  OAUTH_CLIENT: 'OAuth client',
}

/** `user`, `role`, `network policy`; a type that we do not know is called by its audit word. */
export const wordOf = (type: string): string =>
  Object.hasOwn(WORDS, type) ? (WORDS[type] as string) : type.toLowerCase().replaceAll('_', ' ') || 'object'

/** A name as a part; the object's own page calls it by what stands before the @. */
export function toObject(known: Known, type: string, text: string, id?: string | null): Part {
  const isOwn = id !== undefined && id === known.own
  const shown = isOwn && type === 'USER' ? text.replace(/(?<=.)@.*$/s, '') : text
  return { is: 'object', text: shown, type, ...(id && { id }) }
}

/** A user or role by its id: none where its name is not known. */
export function named(known: Known, type: string, id: string): Part | undefined {
  const name = known.names?.get(id)
  return name ? toObject(known, type, name, id) : undefined
}

/**
 * The object that a request is about: as the event names it, else by what is known, else by what stands in its path.
 * Undefined where it names none.
 */
export function objectOf({ row, known, path, status }: Facts, type: string, index: number): Part | undefined {
  const id = row.RESOURCE_ID ?? path[index]
  if (row.RESOURCE_NAME) return toObject(known, type, row.RESOURCE_NAME, row.RESOURCE_ID)
  if (!id || (status === 404 && row.EVENT_TYPE === 'SCIM')) return undefined
  return named(known, type, id) ?? toObject(known, type, id, isResourceId(id) || row.RESOURCE_ID ? id : undefined)
}

/** The same with its word: `user ada@example.com`; `a user` where nothing names it. */
export function withWord(type: string, object: Part | undefined): Words {
  const word = wordOf(type)
  if (object) return say`${word} ${object}`
  if (word.startsWith('the ')) return say`a ${word.slice(4)}`
  return say`${/^[aeio]/i.test(word) ? 'an' : 'a'} ${word}`
}

/** Users by their bare name, everything else with its word, unless a user has no name. */
export const calling = (type: string, object: Part | undefined): Words =>
  type === 'USER' && object?.is === 'object' && object.text !== object.id ? [object] : withWord(type, object)
