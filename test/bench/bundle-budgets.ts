import type { BackgroundName, LambdaName } from '../../infra/bundling.ts'
import { DEFAULTS, type ServiceSettings } from '../../infra/config/settings.ts'
import { partsWithout } from '../../infra/functions.ts'

/** What a deployment lacks that changes no setting. */
export const BY_DEFAULT = partsWithout({ settings: DEFAULTS as ServiceSettings, table: { regions: [] } })

/** What a function's bundle may weigh, minified, in KB, and what its cold start may take. */
export interface BundleBudget {
  kb: number
  gzipKb: number
  /** Gzipped, in a deployment of every setting, where it may then be larger. */
  withAllPartsGzipKb?: number
}

/** The same for what answers requests, which wait for a cold start. */
export interface ColdBudget extends BundleBudget {
  /** Processor time of init and first request together, as a multiple of the plain DynamoDB client's. */
  ratio: number
}

/** Most carry the client of DynamoDB and what writes an event. */
const WITH_SDK: ColdBudget = { kb: 350, gzipKb: 115, ratio: 1.25 }
/** Whoever speaks to S3 carries its client, which is as large again. */
const WITH_BUCKETS = { kb: 500, gzipKb: 160 }

/** Of a deployment as it is by default; bytes do not depend on the machine, so a test holds them. */
export const COLD_BUDGETS: Record<LambdaName, ColdBudget> = {
  users: { ...WITH_SDK, gzipKb: 118 },
  groups: WITH_SDK,
  'group-reads': WITH_SDK,
  search: WITH_SDK,
  bulk: { ...WITH_SDK, kb: 355, gzipKb: 120 },
  events: WITH_SDK,
  audit: { ...WITH_BUCKETS, ratio: 1.6 },
  admin: WITH_SDK,
  // All that clients do, and what administrators do beside it: search, undo, check.
  'admin-resources': { kb: 460, gzipKb: 158, ratio: 1.6 },
  oauth: WITH_SDK,
  authorizer: { kb: 260, gzipKb: 85, ratio: 0.9 },
  discovery: { kb: 60, gzipKb: 20, withAllPartsGzipKb: 21, ratio: 0.5 },
}

/** No request waits for these. */
export const BACKGROUND_BUDGETS: Record<BackgroundName, BundleBudget> = {
  // Each of its outlets has a client of its own.
  changes: { kb: 400, gzipKb: 80, withAllPartsGzipKb: 128 },
  worker: { kb: 350, gzipKb: 115 },
  watch: { kb: 300, gzipKb: 100 },
  check: { kb: 300, gzipKb: 100 },
  notary: WITH_BUCKETS,
}
