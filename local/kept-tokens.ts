import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import type { ChosenEngine } from './environment.ts'
import { loadPrivateFile, writePrivateFile } from './private-file.ts'
import type { SeededTokens } from './seed.ts'

/** Keeps the tokens of a system from one start to the next. */
export interface TokenKeeper {
  load(): Partial<SeededTokens>
  keep(tokens: Partial<SeededTokens>): void
}

const Tokens = z.record(z.string(), z.string())

/**
 * Keeps tokens in the data folder, mode 0600: those of its own data in `tokens.json`, those of a table of another
 * engine in a file for that table. What cannot be read is no token.
 */
export function tokenKeeper(folder: string, chosen?: Pick<ChosenEngine, 'endpoint' | 'tableName'>): TokenKeeper {
  const path = join(folder, chosen ? `tokens-${idOf(chosen)}.json` : 'tokens.json')
  return {
    load: () => Tokens.safeParse(loadPrivateFile(path)).data ?? {},
    keep: (tokens) => writePrivateFile(path, tokens),
  }
}

function idOf({ endpoint, tableName }: Pick<ChosenEngine, 'endpoint' | 'tableName'>): string {
  return createHash('sha256')
    .update(JSON.stringify([endpoint, tableName]))
    .digest('hex')
    .slice(0, 12)
}
