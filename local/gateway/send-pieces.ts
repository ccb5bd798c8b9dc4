import type { ServerResponse } from 'node:http'

/**
 * Sends the body of an answer as it comes, no faster than the client takes it. From a client that went away nothing is
 * kept back, since Lambda runs on to the end. Where the body fails the answer is cut, so that nobody takes it for whole.
 * @throws what the body fails with.
 */
export async function sendPieces(response: ServerResponse, pieces: AsyncIterable<Buffer>): Promise<void> {
  if (!response.destroyed) response.flushHeaders()
  try {
    for await (const piece of pieces) {
      if (!response.destroyed && !response.write(piece)) await drained(response)
    }
  } catch (error) {
    response.destroy()
    throw error
  }
  if (!response.destroyed) response.end()
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const settle = () => {
    response.off('drain', settle).off('close', settle)
    resolve()
  }
  response.on('drain', settle).on('close', settle)
  return promise
}
