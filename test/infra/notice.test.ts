import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OURS, type Parts, partsOfFunctions, partsOfPage } from '../supply/shipped.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
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
