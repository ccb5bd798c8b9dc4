import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FetchOptions } from '../../shared/http/oauth/fetch-keys.ts'

/** For tests only: of a host name that nobody can have (RFC 2606), and trusted by nothing but these tests. */
const FIXTURES = join(import.meta.dirname, '../fixtures/tls')
const [key, cert] = ['key.pem', 'certificate.pem'].map((file) => readFileSync(join(FIXTURES, file), 'utf8'))

/** Where an issuer publishes its keys, as its clients are told. */
export const KEYS_URI = 'https://keys.example.test/jwks?v=1'

/** An issuer's server of keys over TLS on this machine: what it is asked, and what it answers. */
export interface KeyServer {
  asked: { url: string | undefined; host: string | undefined }[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
  reply(status: number, body: string, headers?: Record<string, string>): void
  /** It begins its answers from now on, and ends none. */
  stall(): void
  /** Whatever the name leads to, what answers is this server: all else of the fetch is as it is out there. */
  options: FetchOptions
  close(): void
}

export async function startKeyServer(): Promise<KeyServer> {
  const server = createServer({ key, cert }, (request, response) => {
    keys.asked.push({ url: request.url, host: request.headers.host })
    keys.answer(request, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const keys: KeyServer = {
    asked: [],
    answer: (_request, response) => response.writeHead(404).end(),
    reply(status, body, headers = {}) {
      keys.answer = (_request, response) => response.writeHead(status, headers).end(body)
    },
    stall() {
      keys.answer = (_request, response) => {
        response.write('{')
      }
    },
    options: { addressesOf: async () => ['8.8.8.8'], tls: { ca: String(cert), host: '127.0.0.1', port } },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return keys
}
