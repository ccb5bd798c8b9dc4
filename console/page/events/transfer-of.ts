/** A transfer of one object, as a command asks for it. */
export interface TransferOf {
  kind: 'user' | 'role'
  name: string
  to: string
}

/** The transfer that a remedy's command makes, so that a button can do the same; undefined for any other command. */
export function transferOf(words: readonly string[] = []): TransferOf | undefined {
  const [topic, verb, flag = '', name] = words
  const to = words[words.indexOf('--to') + 1]
  const kind = { '--user': 'user', '--role': 'role' } as const
  if (topic !== 'ownership' || verb !== 'transfer' || !(flag in kind)) return undefined
  return name && to && words.includes('--to') ? { kind: kind[flag as keyof typeof kind], name, to } : undefined
}
