import type { Tables } from '../bench/report.ts'
import { toMarkdown } from '../bench/table.ts'
import { type LockedPackage, lockedPackages } from './locked.ts'
import { type Parts, partsOfFunctions, partsOfPage } from './shipped.ts'

/** The tables of docs/licences.md: what is shipped, and what else an installation brings. */
export async function licenceTables(): Promise<Tables> {
  const places = await placesOfShipped()
  const [shipped, others] = [
    lockedPackages().filter(isIn(places)),
    lockedPackages().filter((one) => !isIn(places)(one)),
  ]
  const [here, building] = [others.filter((one) => !one.isDevelopment), others.filter((one) => one.isDevelopment)]
  return {
    shipped: toMarkdown(
      ['package', 'version', 'licence', 'in'],
      shipped.map(({ name, version, licence }) => [name, version, licence, places.get(name) ?? '']),
    ),
    'on this machine': byLicence(here),
    building: byLicence(building),
  }
}

/** Package → where it is shipped, in words. */
async function placesOfShipped(): Promise<ReadonlyMap<string, string>> {
  const functions = await partsOfFunctions()
  const inFunctions = [...new Set([...functions.values()].flatMap((parts) => [...parts.keys()]))]
  const inPage = [...(await partsOfPage()).keys()]
  return new Map([
    ...inPage.map((name) => [name, "the console's page"] as const),
    ...inFunctions.map((name) => [name, sayHolders(functions, name)] as const),
  ])
}

function sayHolders(functions: ReadonlyMap<string, Parts>, name: string): string {
  const [holders, others] = [true, false].map((held) =>
    [...functions].flatMap(([holder, parts]) => (parts.has(name) === held ? [holder] : [])),
  ) as [string[], string[]]
  if (others.length === 0) return 'all functions'
  return others.length < holders.length ? `all functions but ${others.join(', ')}` : holders.join(', ')
}

const isIn =
  (places: ReadonlyMap<string, string>) =>
  ({ name }: LockedPackage) =>
    places.has(name)

function byLicence(packages: readonly LockedPackage[]): string {
  const grouped = Map.groupBy(packages, ({ licence }) => licence)
  const rows = [...grouped].sort(([, a], [, b]) => b.length - a.length || 1)
  return toMarkdown(
    ['licence', 'packages'],
    rows.map(([licence, some]) => [licence, some.map(({ name, version }) => `${name} ${version}`).join(', ')]),
  )
}
