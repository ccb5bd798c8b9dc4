import { once } from 'node:events'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { startConsole } from '../../factories/console.ts'

const { url, send, stop } = await startConsole((_asked, response) => response.end('{}'))
afterAll(stop)

async function fetchRaw(path: string, headers: Record<string, string> = {}) {
  const [response] = await once(request(`${url}${path}`, { headers }).end(), 'response')
  return { status: response.statusCode as number, headers: response.headers, body: await buffer(response) }
}

describe('a file of the page', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/console/main.js', 'text/javascript; charset=utf-8'],
    ['/console/page.css', 'text/css; charset=utf-8'],
    ['/console/uplot.css', 'text/css; charset=utf-8'],
    ['/console/NOTICE', 'text/plain; charset=utf-8'],
  ])('%s is %s, and comes zipped to whoever takes it so', async (path, type) => {
    const plain = await fetchRaw(path)
    const zipped = await fetchRaw(path, { 'accept-encoding': 'br, gzip;q=0.8' })
    expect([plain.status, plain.headers['content-type'], plain.headers.vary]).toEqual([200, type, 'Accept-Encoding'])
    expect([plain.headers['content-encoding'], zipped.headers['content-encoding']]).toEqual([undefined, 'gzip'])
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
    expect(Number(zipped.headers['content-length'])).toBe(zipped.body.length)
  })

  test('is not zipped for whoever refuses it', async () => {
    for (const accepted of ['gzip;q=0', 'identity', 'gzip; q=0.0, br']) {
      const { headers } = await fetchRaw('/console/main.js', { 'accept-encoding': accepted })
      expect(headers['content-encoding']).toBeUndefined()
    }
  })

  test('that is here already is not sent again, each form by its own mark', async () => {
    const plain = await fetchRaw('/console/page.css')
    const zipped = await fetchRaw('/console/page.css', { 'accept-encoding': 'gzip' })
    expect(plain.headers.etag).not.toBe(zipped.headers.etag)
    const again = await fetchRaw('/console/page.css', { 'if-none-match': plain.headers.etag as string })
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, plain.headers.etag])
    const other = await fetchRaw('/console/page.css', { 'if-none-match': zipped.headers.etag as string })
    expect(other.status).toBe(200)
  })

  test('asked for by HEAD has no body, and the length of what GET sends', async () => {
    const { headers, body } = await send({ method: 'HEAD', target: '/console/main.js' })
    const { body: whole } = await fetchRaw('/console/main.js')
    expect([body, Number(headers['content-length'])]).toEqual(['', whole.length])
  })
})

test('the document has no script, style or handler of its own, and names nothing of another host', async () => {
  const { body } = await send({ target: '/' })
  expect(body).toMatch(/^<!doctype html>/)
  expect(body).not.toMatch(/<style|style=|\son\w+=|https?:|javascript:|data:/i)
  const scripts = [...body.matchAll(/<script\b([^>]*)>([^<]*)<\/script>/g)]
  expect(scripts.length).toBeGreaterThan(0)
  for (const [, attributes = '', text] of scripts) {
    expect([attributes.includes('src="/console/'), text]).toEqual([true, ''])
  }
  const files = [...body.matchAll(/(?:src|href)="([^"#]+)/g)].map(([, path = '']) => path)
  for (const path of files) expect((await send({ target: path })).status).toBe(200)
})
