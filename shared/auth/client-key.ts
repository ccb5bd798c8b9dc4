import { createHash } from 'node:crypto'

/** How many keys a deployment's usage plan has, over which its integrations are spread. */
export const CLIENT_KEYS = 32
/** Hexadecimal digits of a key: API Gateway takes 20 to 128 characters. */
const KEY_LENGTH = 40

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * The value of a key, by the deployment's name, which makes it the only one of its region, and its place from 0 on. No
 * secret: the gateway takes it from the authorizer alone.
 */
export const clientKeyAt = (deployment: string, place: number): string =>
  digestOf(`${deployment}/${place}`).toString('hex').slice(0, KEY_LENGTH)

/** The key by which the gateway counts an integration's requests: always the same, shared with one in 32 others. */
export const clientKeyOf = (deployment: string, endpointId: string): string =>
  clientKeyAt(deployment, digestOf(endpointId).readUInt32BE() % CLIENT_KEYS)
