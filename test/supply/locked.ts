import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** A package that package-lock.json holds. */
export interface LockedPackage {
  name: string
  version: string
  licence: string
  /** What its archive must hash to; parts of another package's archive have none. */
  integrity: string | undefined
  /** Whether it wants to run code of its own when it is installed. */
  hasScript: boolean
  /** Whether only building and testing need it. */
  isDevelopment: boolean
}

/** What an entry of the lock says, as far as it is asked here. */
interface Entry {
  version: string
  license?: string
  integrity?: string
  hasInstallScript?: boolean
  inBundle?: boolean
  dev?: boolean
}

/** All packages of the lock by name, once for each version. */
export function lockedPackages(): LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const found = (Object.entries(packages) as [string, Entry][]).filter(([path]) => path !== '').map(toPackage)
  const once = new Map(found.map((one) => [`${one.name}@${one.version}`, one]))
  return [...once.values()].sort((a, b) => order(a.name, b.name) || order(a.version, b.version))
}

function toPackage([path, entry]: [string, Entry]): LockedPackage {
  return {
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version,
    licence: entry.license ?? 'none',
    integrity: entry.inBundle ? 'that of the archive around it' : entry.integrity,
    hasScript: entry.hasInstallScript === true,
    isDevelopment: entry.dev === true,
  }
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
