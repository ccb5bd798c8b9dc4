import type { AwsCredentials } from '../../shared/auth/sigv4.ts'
import type { Regions } from '../../shared/config.ts'

/** What a region's process needs to know. */
export interface RegionSettings {
  regions: Regions
  /** The address that clients have: `http://127.0.0.1:8080`. */
  domain: string
  /** The engine, behind its proxy. */
  endpoint: string
  tableName: string
  /** Its own; 0 takes any free one. */
  port: number
  /** The key of the admin routes, the same in all regions. */
  credentials: AwsCredentials
  throttled: boolean
  /** The data folder, which the console's hints name. */
  folder: string
  /** Where digests are kept; gone when it stops, if not given. */
  digestFolder: string | undefined
}

/** What a region's process tells: once it serves requests, or why it does not. */
export type RegionTold = { kind: 'ready'; url: string } | { kind: 'failed'; message: string }
