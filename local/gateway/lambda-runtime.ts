import { PassThrough, type Writable } from 'node:stream'
import type { Context, StreamifyHandler } from 'aws-lambda'

/** What ends the metadata of a streamed answer and begins its body. */
const DELIMITER = Buffer.alloc(8)
/** As Lambda's own; bytes that a function may write ahead of whoever reads them. */
const HIGH_WATER_MARK = 64 * 1024

/** What a streaming function answers, while it is still writing it. */
export class ResponseStream extends PassThrough {
  #failure: Error | undefined

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK })
    // Whoever reads it hears of a failure; when nobody does any more, it is nobody's.
    this.on('error', () => {})
  }

  /** Lambda's own; the gateway goes by the integration alone. */
  setContentType(): void {}

  /** Ends it without its end: what was written until then is still read. */
  fail(error: Error): void {
    this.#failure = error
    this.end()
  }

  /** What the function writes. @throws what it failed with. */
  async *pieces(): AsyncGenerator<Buffer> {
    for await (const piece of this) yield piece as Buffer
    if (this.#failure) throw this.#failure
  }
}

/** Makes the answer begin with its status and headers, before the first byte of its body. */
function from(stream: Writable, metadata: Record<string, unknown>): Writable {
  stream.write(JSON.stringify(metadata))
  stream.write(DELIMITER)
  return stream
}

/** A handler whose answer is there before it has written anything of it; what fails ends the answer without its end. */
const streamifyResponse = (handler: StreamifyHandler) => (event: unknown, context: Context) => {
  const stream = new ResponseStream()
  const run = async () => handler(event, stream as unknown as awslambda.HttpResponseStream, context)
  run().then(
    () => stream.end(),
    (error) => stream.fail(error instanceof Error ? error : new Error(String(error))),
  )
  return stream
}

/** Gives this process the global that Lambda's runtime has for functions that stream; they need it when they are imported. */
export function provideRuntime(): void {
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream: { from } } })
}
