import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface RequestToSign {
  method: string
  /** Absolute; spaces in the query written `%20`. */
  url: string | URL
  headers?: Record<string, string>
  body?: string | Uint8Array | undefined
  /** `execute-api`, `lambda`, `dynamodb`... */
  service: string
  region: string
  credentials: AwsCredentials
  /** The instant of the signature; now, unless a test or a check says otherwise. */
  signingDate?: Date
}

/**
 * Signs a request with AWS Signature Version 4 and gives back all headers to send with it. `Host` is signed and left
 * out: every client sends the one of the URL.
 */
export async function signRequest(request: RequestToSign): Promise<Record<string, string>> {
  const url = new URL(request.url)
  const { service, region, credentials, signingDate } = request
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: toQueryBag(url.search),
      headers: { ...request.headers, host: url.host },
      body: request.body,
    },
    { ...(signingDate && { signingDate }) },
  )
  const { host: _, ...headers } = signed.headers
  return headers
}

/** The query string as the signature sees it: decoded names, each with its value or values. */
export function toQueryBag(search: string): Record<string, string | string[]> {
  const query = new URLSearchParams(search)
  const names = new Set(query.keys())
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name)]))
}

/** SHA-256, or HMAC-SHA-256 where a key is given, in the form the signer expects. */
export class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    throw new Error('A hash is used once')
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return new Uint8Array(data)
}
