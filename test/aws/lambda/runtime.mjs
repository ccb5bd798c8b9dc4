// Runs one function as Lambda's runtime does: imports it, its cold start, then takes one invocation after the other.
// Plain JavaScript, since a process that strips types takes 20 MB more.
process.once('disconnect', () => process.exit())

const { handler } = await import(process.argv[2])

process.on('message', async ({ payload, context, deadline }) => {
  const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now())
  try {
    const answer = await handler(JSON.parse(payload), { ...context, getRemainingTimeInMillis })
    process.send({ kind: 'answer', payload: JSON.stringify(answer ?? null) })
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    process.send({ kind: 'failure', name, message, stack })
  }
})
process.send({ kind: 'ready' })
