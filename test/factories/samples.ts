import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeText } from '../../shared/drift/decode.ts'
import type { UserHere } from '../../shared/drift/here.ts'
import { type FileUser, parseUsersFile, type UsersFile } from '../../shared/drift/users-file.ts'

/** Where the samples of what identity providers export lie. */
export const SAMPLES = join(import.meta.dirname, '..', 'fixtures', 'exports')

export const sample = (file: string): string => decodeText(readFileSync(join(SAMPLES, file)))
export const sampleUsers = (file: string): UsersFile => parseUsersFile(sample(file), new Map())

/** A user of the service, as the file would have it. */
export const asHere = ({ values, status, line }: FileUser, more: Partial<UserHere> = {}): UserHere => ({
  ...{ id: `id-${line}`, values, active: status === 'on', owner: 'OKTA_PROVISIONER', direct: [], roles: [] },
  ...more,
})
