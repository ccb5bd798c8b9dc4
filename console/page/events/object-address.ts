import { addressOf } from '../router/address.ts'

/** Where an object has a page of its own; undefined for what has none. */
export function objectAddress(type: string | null, id: string | null | undefined): string | undefined {
  const place = type === null ? undefined : PLACES[type]
  return place && id ? addressOf([place, id]) : undefined
}

/** By audit word. */
const PLACES: Readonly<Record<string, string>> = { USER: 'users', ROLE: 'roles', INTEGRATION: 'integrations' }
