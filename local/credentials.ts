import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { AwsCredentials } from '../shared/auth/sigv4.ts'
import { LOCAL_AWS } from './environment.ts'
import { DATA_FOLDER } from './folders.ts'
import { createPrivateFile, loadPrivateFile, removePrivateFile, writePrivateFile } from './private-file.ts'

const CredentialsRegion = z.object({
  name: z.string(),
  adminUrl: z.string(),
  dynamodbEndpoint: z.string(),
  tableName: z.string(),
})

const LocalCredentials = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  region: z.string(),
  adminUrl: z.string(),
  pid: z.int().positive(),
  /** Epoch milliseconds. */
  startedAt: z.int(),
  data: z.enum(['folder', 'memory', 'elsewhere']),
  /** Of a system of several: where each is, and its table for what opens that by itself. */
  regions: z.array(CredentialsRegion).optional(),
})

/** The key that opens the IAM-authorized routes of a running local system, and where they are. */
export type LocalCredentials = z.infer<typeof LocalCredentials>

/** Where a system's data is: in the data folder, which one system at a time can have, or anywhere else. */
export type DataPlace = LocalCredentials['data']

/** A key for one run of the system. */
export function newLocalKey() {
  return {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(32).toString('hex'),
  }
}

/** Where a running system's key is, until it is removed. */
export interface WrittenCredentials {
  path: string
  remove(): void
}

/**
 * Writes the key, mode 0600, for the CLI to find: into `credentials.json`, or beside it as `credentials-<port>.json`
 * where another living system has that name already.
 */
export function writeLocalCredentials(
  adminUrl: string,
  { accessKeyId, secretAccessKey }: AwsCredentials,
  folder = DATA_FOLDER,
  data: DataPlace = 'folder',
  regions?: LocalCredentials['regions'],
): WrittenCredentials {
  const found = regions?.map((region) => CredentialsRegion.parse(region))
  const about = { region: LOCAL_AWS.region, adminUrl, pid: process.pid, startedAt: Date.now(), data, regions: found }
  const credentials: LocalCredentials = { accessKeyId, secretAccessKey, ...about }
  for (const name of credentialFiles(folder)) discardDead(join(folder, name))
  const path = takePlace(folder, credentials)
  return { path, remove: () => removePrivateFile(path, credentials) }
}

/** No two systems listen on one port, so the second name is nobody else's. */
function takePlace(folder: string, credentials: LocalCredentials): string {
  const first = join(folder, 'credentials.json')
  if (createPrivateFile(first, credentials)) return first
  const second = join(folder, `credentials-${new URL(credentials.adminUrl).port}.json`)
  writePrivateFile(second, credentials)
  return second
}

/** What a system left that was killed. */
function discardDead(path: string): void {
  const found = loadPrivateFile(path)
  const { data: credentials } = LocalCredentials.safeParse(found)
  if (!credentials || !isRunning(credentials.pid)) removePrivateFile(path, found)
}

/** The keys of the systems that run with this data folder: the one that has its data first, then the latest. */
export function listLocalCredentials(folder = DATA_FOLDER): LocalCredentials[] {
  const found = credentialFiles(folder).flatMap((name) => {
    const { data } = LocalCredentials.safeParse(loadPrivateFile(join(folder, name)))
    return data && isRunning(data.pid) ? [data] : []
  })
  const rank = ({ data }: LocalCredentials) => (data === 'folder' ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt)
}

function credentialFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^credentials(-\d+)?\.json$/.test(name))
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
