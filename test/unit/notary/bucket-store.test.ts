import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOCAL_AWS } from '../../../local/environment.ts'
import { BucketStore } from '../../../shared/notary/bucket-store.ts'

const objects = new Map<string, string>()
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`

/** What S3 answers, as far as it is asked: pages of two names. */
function answer(method: string, url: URL, body: string, onlyNew: boolean): [status: number, body: string] {
  const key = url.pathname.replace(/^\/digests-bucket\/?/, '')
  const text = objects.get(key)
  if (method === 'PUT' && onlyNew && text !== undefined) return [412, error('PreconditionFailed')]
  if (method === 'PUT') return objects.set(key, body) && [200, '']
  if (key !== '' && url.searchParams.has('versionId')) return [200, `${key} ${url.searchParams.get('versionId')}`]
  if (url.searchParams.has('versions')) return versions(url.searchParams)
  if (key !== '') return text === undefined ? [404, error('NoSuchKey')] : [200, text]
  const [prefix = '', after = '', token = ''] = ['prefix', 'start-after', 'continuation-token'].map(
    (name) => url.searchParams.get(name) ?? '',
  )
  const all = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > (token || after)).sort()
  const some = all.slice(0, Math.min(2, Number(url.searchParams.get('max-keys'))))
  const next = all.length > some.length ? `<NextContinuationToken>${some.at(-1)}</NextContinuationToken>` : ''
  const names = some.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('')
  return [200, `<?xml version="1.0"?><ListBucketResult>${names}${next}</ListBucketResult>`]
}

/** The second was written over and then deleted; of each the newest comes first, and a page ends within it. */
function versions(query: URLSearchParams): [status: number, body: string] {
  const version = (key: string, id: string) => `<Version><Key>${key}</Key><VersionId>${id}</VersionId></Version>`
  const pages: Record<string, string> = {
    '': `${version('k/1.json', 'a')}${version('k/2.json', 'c')}<DeleteMarker><Key>k/2.json</Key><VersionId>d</VersionId></DeleteMarker><NextKeyMarker>k/2.json</NextKeyMarker><NextVersionIdMarker>c</NextVersionIdMarker>`,
    'k/2.json c': `${version('k/2.json', 'b')}${version('k/3.json', 'e')}`,
    'k/1.json': `${version('k/2.json', 'b')}${version('k/3.json', 'e')}`,
  }
  const place = ['key-marker', 'version-id-marker']
    .map((name) => query.get(name) ?? '')
    .join(' ')
    .trim()
  return [200, `<?xml version="1.0"?><ListVersionsResult>${pages[place]}</ListVersionsResult>`]
}

let server: Server
let store: BucketStore

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url ?? '', 'http://s3')
    const [status, body] = answer(
      request.method ?? '',
      url,
      Buffer.concat(chunks).toString(),
      request.headers['if-none-match'] === '*',
    )
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  store = new BucketStore('digests-bucket', new S3Client({ ...LOCAL_AWS, endpoint, forcePathStyle: true }))
})
afterAll(() => new Promise((done) => server.close(done)))

test('an object is written once, and read as it was written; one that is not there is nothing', async () => {
  expect(await store.get('digests/a/1.json')).toBe(undefined)
  expect(await store.putNew('digests/a/1.json', '{"one":"ä"}')).toBe(true)
  expect(await store.putNew('digests/a/1.json', 'other')).toBe(false)
  expect(await store.get('digests/a/1.json')).toBe('{"one":"ä"}')
})

test('names are listed in their order, page after page, behind a name and up to a number', async () => {
  for (const n of [2, 3, 4, 5]) await store.putNew(`digests/a/${n}.json`, '{}')
  await store.putNew('digests/b/1.json', '{}')
  const names = [1, 2, 3, 4, 5].map((n) => `digests/a/${n}.json`)
  expect(await store.list('digests/a/')).toEqual(names)
  expect(await store.list('digests/a/', { after: 'digests/a/2.json' })).toEqual(names.slice(2))
  expect(await store.list('digests/a/', { limit: 3 })).toEqual(names.slice(0, 3))
})

test('what was written over or deleted is told, with what was written first', async () => {
  const kept = [
    { key: 'k/1.json', versions: 1, first: 'a' },
    { key: 'k/2.json', versions: 3, first: 'b' },
    { key: 'k/3.json', versions: 1, first: 'e' },
  ]
  expect(await store.listKept('k/')).toEqual(kept)
  expect(await store.listKept('k/', { limit: 1 })).toEqual(kept.slice(0, 1))
  expect(await store.listKept('k/', { limit: 2 })).toEqual(kept.slice(0, 2))
  expect((await store.listKept('k/', { after: 'k/1.json' })).map(({ key }) => key)).toEqual(['k/2.json', 'k/3.json'])
  expect(await store.get('k/2.json', 'b')).toBe('k/2.json b')
})
