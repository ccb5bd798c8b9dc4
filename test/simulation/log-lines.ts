/** Keeps what functions log from here on from the output; `taken` gives what has come since it was last asked. */
export function captureLog(): { taken(): string[] } {
  let lines: string[] = []
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((chunk: string, ...rest: []) => {
    if (!chunk.startsWith('{"level":')) return write(chunk, ...rest)
    lines.push(chunk)
    return true
  }) as typeof process.stdout.write
  return {
    taken() {
      const taken = lines
      lines = []
      return taken
    },
  }
}
