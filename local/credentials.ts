import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { LOCAL_AWS } from './environment.ts'
import { loadPrivateFile, removePrivateFile, writePrivateFile } from './private-file.ts'

/** Folder of everything the local system keeps, in the project. */
export const DATA_FOLDER = join(import.meta.dirname, '..', '.rolecall')

const LocalCredentials = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  region: z.string(),
  adminUrl: z.string(),
})

/** The key that opens the IAM-authorized routes of the running local system, and where they are. */
export type LocalCredentials = z.infer<typeof LocalCredentials>

/** A key for one run of the system. */
export function newLocalKey() {
  return {
    accessKeyId: `LOCAL${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(32).toString('hex'),
  }
}

/** Writes `credentials.json`, mode 0600, for the CLI to find; the returned function takes it away again. */
export function writeLocalCredentials(
  adminUrl: string,
  key: ReturnType<typeof newLocalKey>,
  folder = DATA_FOLDER,
): () => void {
  const path = join(folder, 'credentials.json')
  const credentials: LocalCredentials = { ...key, region: LOCAL_AWS.region, adminUrl }
  writePrivateFile(path, credentials)
  return () => removePrivateFile(path, credentials)
}

/** The key of the running local system; `undefined` when none runs. */
export function loadLocalCredentials(folder = DATA_FOLDER): LocalCredentials | undefined {
  return LocalCredentials.safeParse(loadPrivateFile(join(folder, 'credentials.json'))).data
}
