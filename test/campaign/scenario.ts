import type { ClientKind } from '../../shared/scim/client-kind.ts'
import type { Client } from './client.ts'

/** How large a campaign is. */
export interface Sizes {
  /** Of the large group. */
  members: number
  /** What each of the crowd does. */
  steps: number
}

/** What somebody does to an account, step by step: others have their turn, and regions move, after each `yield`. */
export interface Scenario {
  name: string
  /** As whose client; else as one of no known kind. */
  kind?: ClientKind
  /** What has to be there before; once for each campaign. */
  prepare?(client: Client, sizes: Sizes): Promise<void>
  /** `turn` makes its names its own: who plays the same turn twice makes the same objects. */
  play(client: Client, turn: string, sizes: Sizes): AsyncGenerator<void, void>
}
