import type { RestEvent } from '../../audit/rest-event.ts'
import type { Brake } from '../../auth/brake.ts'
import type { Silence } from '../silence.ts'

/** What the health of an account is judged by; instants are epoch milliseconds. */
export interface HealthFacts {
  account: string
  now: number
  integrations: readonly IntegrationFacts[]
  /** What waits for the worker, since when. */
  work: readonly { kind: 'GROUP' | 'USER'; since: number }[]
  history: HistoryFacts
}

export interface IntegrationFacts {
  name: string
  enabled: boolean
  hasClient: boolean
  /** Days after which it counts as silent; 0 is never. */
  silentAfterDays: number
  silence: Silence | undefined
  /** Its remembered tokens, where one ends soon or none works; else none. */
  tokens: readonly TokenFacts[]
  /** What its brake has counted since the hour began; nothing where it counts nothing. */
  brake: BrakeFacts | undefined
}

export interface TokenFacts {
  tokenId: string
  name: string
  createdAt: number
  expiresAt: number
  /** Whether an administrator ended it, or its integration does not take it any more. */
  isEnded: boolean
  rotatedTo: string | undefined
  isUsed: boolean
}

export interface BrakeFacts {
  mode: Brake['mode']
  limit: number
  counted: number
  /** When the hour began. */
  since: number
}

/** The latest requests. */
export interface HistoryFacts {
  /** From when on all of them are there. */
  since: number
  events: readonly RestEvent[]
}
