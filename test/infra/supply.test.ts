import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../bench/report.ts'
import { fromMarkdown } from '../bench/table.ts'
import { billOfMaterials } from '../supply/bill.ts'
import { licenceTables } from '../supply/licences.ts'
import { lockedPackages, ROOT } from '../supply/locked.ts'
import { OURS, type Parts, partsOfFunctions, partsOfPage } from '../supply/shipped.ts'

const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')

/** What may be shipped under the Apache License, with a notice. */
const FREE_TO_SHIP = ['0BSD', 'Apache-2.0', 'MIT', 'OFL-1.1']
/** What may be used to build and test: none of it asks anything of what it makes. */
const FREE_TO_USE = [
  ...FREE_TO_SHIP,
  ...['BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MPL-2.0', 'MIT OR Apache-2.0'],
  ...['(MIT OR Apache-2.0)', '(MIT OR GPL-3.0-or-later)'],
]

describe('what comes from others', () => {
  test('is of one version each and of a known hash, for every platform', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json'))
    const asked = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    const hashed = /^sha512-[A-Za-z0-9+/]{86}==$|^that of the archive around it$/
    expect(lockedPackages().filter(({ integrity = '' }) => !hashed.test(integrity))).toEqual([])
  })

  test('runs nothing when it is installed', () => {
    const wanting = lockedPackages().filter(({ hasScript }) => hasScript)
    expect(wanting.map(({ name }) => name)).toEqual(['esbuild'])
    expect(JSON.parse(textOf('package.json')).allowScripts).toEqual({ esbuild: false })
    expect(textOf('tools', 'ensure-deps.mjs')).toContain("'--ignore-scripts'")
  })

  test('may be used, and shipped where it is', async () => {
    expect(lockedPackages().filter(({ licence }) => !FREE_TO_USE.includes(licence))).toEqual([])
    const { shipped = '' } = await licenceTables()
    const rows = fromMarkdown(shipped)
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter(({ licence = '' }) => !FREE_TO_SHIP.includes(licence))).toEqual([])
  })

  test('is listed in docs/licences.md as it is', async () => {
    const page = textOf('docs', 'licences.md')
    for (const [name, table] of Object.entries(await licenceTables())) expect(tableOf(page, name)).toBe(table)
  })
})

describe('npm run sbom', () => {
  interface Component {
    name: string
    version: string
    purl: string
    hashes?: unknown[]
    properties: { name: string; value: string }[]
  }

  test('names every package of the lock, where it is shipped, and is the same each time', async () => {
    const text = await billOfMaterials()
    const { bomFormat, specVersion, serialNumber, metadata, components } = JSON.parse(text)
    expect({ bomFormat, specVersion }).toEqual({ bomFormat: 'CycloneDX', specVersion: '1.5' })
    expect(serialNumber).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/)
    expect(metadata).toMatchObject({
      component: { name: 'rolecall', version: JSON.parse(textOf('package.json')).version },
    })
    expect(metadata).not.toHaveProperty('timestamp')
    const named = (components as Component[]).map(({ name, version }) => `${name}@${version}`)
    expect(named.sort()).toEqual(
      lockedPackages()
        .map(({ name, version }) => `${name}@${version}`)
        .sort(),
    )
    const jose = (components as Component[]).find(({ name }) => name === 'jose')
    expect(jose?.purl).toBe(`pkg:npm/jose@${jose?.version}`)
    expect(jose?.properties).toEqual([{ name: 'rolecall:shipped', value: expect.stringMatching(/^oauth: \d+ bytes$/) }])
    expect(await billOfMaterials()).toBe(text)
  })
})

const notice = textOf('NOTICE')

const packagesOf = (parts: Parts) => [...parts.keys()].filter((name) => name !== OURS).sort()

const packagesOfFunctions = async () =>
  packagesOf(new Map([...(await partsOfFunctions()).values()].flatMap((parts) => [...parts])))

/** The names in a part of NOTICE, each with the licence it is given there. */
function namedIn(heading: string): [name: string, licence: string][] {
  const part = notice.split(`${heading}:\n\n`)[1]?.split('\n\n')[0] ?? ''
  return [...part.matchAll(/^ {2}(\S+) \(([^)]+)\), Copyright .+$/gm)].map(([, name = '', licence = '']) => [
    name,
    licence,
  ])
}

const withLicence = (name: string) => [name, JSON.parse(textOf('node_modules', name, 'package.json')).license]

describe('NOTICE', () => {
  test.each([
    ["In the console's page", async () => packagesOf(await partsOfPage())],
    ['In the functions', packagesOfFunctions],
  ])('%s: names every package that is shipped, with its licence and its copyright', async (heading, find) => {
    const found = await find()
    expect(found.length).toBeGreaterThan(1)
    expect(namedIn(heading).sort()).toEqual(found.map(withLicence))
  })

  test('has every licence in full, or in LICENSE', () => {
    const licences = [
      ...new Set([...namedIn("In the console's page"), ...namedIn('In the functions')].map(([, one]) => one)),
    ]
    expect(licences.sort()).toEqual(['Apache-2.0', 'MIT', 'OFL-1.1'])
    const folded = (text: string) => text.replaceAll(/\s+/g, ' ')
    const mit = textOf('node_modules', 'preact', 'LICENSE')
    expect(folded(notice)).toContain(folded(mit.slice(mit.indexOf('Permission is hereby'))).trim())
    const ofl = textOf('node_modules', '@fontsource-variable', 'geist', 'LICENSE')
    expect(folded(notice)).toContain(folded(ofl.slice(ofl.indexOf('SIL OPEN FONT LICENSE'))).trim())
    expect(textOf('LICENSE')).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/)
    expect(JSON.parse(textOf('package.json')).license).toBe('Apache-2.0')
  })
})
