import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import { fenceKey } from '../../shared/store/keys.ts'
import type { Item } from '../engine/wire.ts'
import { toItemKey } from './item-key.ts'
import type { Replica, Replicator } from './replicator.ts'

const WATCH_MS = 250
/** The fence of the account that the address is of. */
const { pk, sk } = fenceKey(DEFAULT_ACCOUNT)
const FENCE = toItemKey({ pk: { S: pk }, sk: { S: sk } })

/** Knows which region the address of the system leads to, as whoever runs its DNS would decide it. */
export interface FenceWatch {
  primary(): string
  stop(): Promise<void>
}

export interface FenceWatchOptions {
  /** Primary of an account without a fence. */
  home: string
  replicas: readonly Replica[]
  /** Tables that nobody can read are asked nothing. */
  replicator: Pick<Replicator, 'isLost'>
  /** Hears of each primary region after the first. */
  moved: (primary: string) => void
}

/** Goes by the newest fence that any reachable region has; while an account is handed over, by the one before. */
export async function watchFence({ home, replicas, replicator, moved }: FenceWatchOptions): Promise<FenceWatch> {
  let primary = home
  const look = async () => {
    const before = primary
    const reachable = replicas.filter(({ region }) => !replicator.isLost(region))
    const named = newest(await Promise.all(reachable.map((replica) => replica.get(FENCE))))?.primary?.S
    primary = replicas.find(({ region }) => region === named)?.region ?? before
    return primary !== before
  }
  await look()
  let looking = Promise.resolve()
  // An engine that does not answer is asked again: whoever runs it hears of its end.
  const lookAgain = () =>
    look().then(
      (isNew) => (isNew ? moved(primary) : undefined),
      () => {},
    )
  const timer = setInterval(() => {
    looking = looking.then(lookAgain)
  }, WATCH_MS)
  return {
    primary: () => primary,
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

const epochOf = (fence: Item): number => Number(fence.epoch?.N ?? 0)

function newest(fences: readonly (Item | undefined)[]): Item | undefined {
  const found = fences.filter((fence) => fence !== undefined)
  return found.sort((a, b) => epochOf(b) - epochOf(a))[0]
}
