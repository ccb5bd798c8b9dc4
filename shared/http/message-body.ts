import type { IncomingMessage, ServerResponse } from 'node:http'

/** Reads the body, at most `maxBytes`; `undefined` when it is larger. */
export async function collectBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const DRAIN_MS = 2000

/** Reads a refused body away, for a moment: a client that is still sending would not get to see the answer. */
async function drain(message: IncomingMessage): Promise<void> {
  if (message.complete || message.destroyed) return
  const ended = new Promise<void>((resolve) => message.once('end', resolve).once('close', resolve))
  const { promise: tooLong, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, DRAIN_MS)
  message.resume()
  await Promise.race([ended, tooLong])
  clearTimeout(timer)
}

/**
 * Sends the rest of an answer at once; where the request was not taken whole, the connection stays for a moment, or the
 * answer would be lost.
 */
export async function endAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  body: string | Uint8Array = '',
): Promise<void> {
  if (message.complete) {
    response.end(body)
    return
  }
  response.setHeader('Connection', 'close')
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.write(body)
  await drain(message)
  response.end()
}
