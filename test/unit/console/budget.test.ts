import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Asset, loadAssets } from '../../../console/server/assets.ts'
import { buildPage } from '../../../console/server/bundle.ts'

const KB = 1024
/** For whoever asks for it; no page does by itself. */
const ON_REQUEST = ['/console/NOTICE']
const bytesOf = ({ content, zipped = content }: Asset) => zipped.length
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)

const assets = [...(await loadAssets())].filter(([path]) => !ON_REQUEST.includes(path))
const ofType = (...types: string[]) =>
  assets.filter(([path]) => types.includes(extname(path)) && path !== '/console/uplot.css')

test('the whole page, each of its places looked at, is at most 146 KB on the wire, of the 150 it may have', () => {
  expect(sum(assets.map(([, asset]) => bytesOf(asset)))).toBeLessThanOrEqual(146 * KB)
  expect(assets.map(([path]) => path)).toEqual(
    expect.arrayContaining(['/', '/console/main.js', '/console/page.css', '/console/uplot.css']),
  )
})

test('our own modules are at most 84 KB of it', async () => {
  const { outputFiles } = await buildPage({ external: ['preact', 'preact/*', 'uplot'] })
  const modules = outputFiles.filter(({ path }) => extname(path) === '.js')
  expect(sum(modules.map(({ contents }) => gzipSync(contents, { level: 9 }).length))).toBeLessThanOrEqual(84 * KB)
  expect(modules.length).toBeGreaterThan(0)
})

test('our style sheets and icons are at most 12 KB', () => {
  expect(sum(ofType('.css', '.svg').map(([, asset]) => bytesOf(asset)))).toBeLessThanOrEqual(12 * KB)
})

test('the font is one file, the Latin letters alone', () => {
  expect(ofType('.woff2').map(([path]) => path)).toEqual(['/console/geist-latin-wght-normal.woff2'])
})

test('every file has a type that browsers take it for, and nothing is served but these kinds', () => {
  expect([...new Set(assets.map(([, { type }]) => type.split(';')[0]))].sort()).toEqual(
    expect.arrayContaining(['font/woff2', 'text/css', 'text/html', 'text/javascript']),
  )
  expect(assets.filter(([, { type }]) => type === 'application/octet-stream')).toEqual([])
})
