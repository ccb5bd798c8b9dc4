// Runs one function as Lambda's runtime does: imports it, its cold start, then takes one invocation after the other.
// Plain JavaScript, since a process that strips types takes 20 MB more.
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

process.once('disconnect', () => process.exit())

/** What a handler that streams returns here: it is run when its invocation is known to be one. */
class Streamed {
  constructor(run) {
    this.run = run
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler) => (event, context) => new Streamed((stream) => handler(event, stream, context)),
  HttpResponseStream: {
    from(stream, metadata) {
      stream.write(JSON.stringify(metadata))
      stream.write(Buffer.alloc(8))
      return stream
    },
  },
}

const { handler } = await import(process.argv[2])
const tell = (message) => process.send(message)

process.on('message', async ({ kind, payload, context, deadline }) => {
  if (kind !== 'invoke') return
  const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now())
  try {
    const answer = await handler(JSON.parse(payload), { ...context, getRemainingTimeInMillis })
    if (answer instanceof Streamed) await stream(answer)
    else tell({ kind: 'answer', payload: JSON.stringify(answer ?? null) })
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    tell({ kind: 'failure', name, message, stack })
  }
})

/** Each piece is sent when the one before it was taken: a function waits for whoever reads it. */
async function stream({ run }) {
  tell({ kind: 'begin' })
  const sink = new Writable({
    highWaterMark: 64 * 1024,
    async write(piece, _encoding, done) {
      tell({ kind: 'piece', piece })
      await once(process, 'message')
      done()
    },
  })
  await run(Object.assign(sink, { setContentType() {} }))
  sink.end()
  await finished(sink)
  tell({ kind: 'end' })
}

tell({ kind: 'ready' })
