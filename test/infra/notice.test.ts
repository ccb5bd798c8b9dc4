import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { buildPage } from '../../console/server/bundle.ts'
import { BACKGROUND_NAMES, bundleOptions, entryOf, LAMBDA_NAMES } from '../../infra/bundling.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const notice = textOf('NOTICE')

/** The packages of which something is left in what was bundled; the font is a file, which has no parts. */
function packagesOf({ outputs }: Metafile): string[] {
  const paths = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const names = paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}

async function packagesOfFunctions(): Promise<string[]> {
  const { outfile: _, ...options } = bundleOptions('', '')
  const entryPoints = [...LAMBDA_NAMES, ...BACKGROUND_NAMES].map((name) => ({ in: entryOf(name), out: name }))
  const { metafile } = await build({ ...options, entryPoints, outdir: 'unwritten', metafile: true, write: false })
  return packagesOf(metafile)
}

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
    ["In the console's page", async () => packagesOf((await buildPage()).metafile)],
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
