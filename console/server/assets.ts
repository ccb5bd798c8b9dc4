import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { PageFile } from './bundle.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A file ready to be sent. */
export interface Asset {
  type: string
  content: Buffer
  /** Where it is smaller so. */
  zipped: Buffer | undefined
  etag: string
}

const TYPES: Readonly<Record<string, string>> = {
  '': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

let made: Promise<ReadonlyMap<string, Asset>> | undefined

/** All files of the page by their path, made when they are first asked for; every page's document is `/`. */
export function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  made ??= makeAssets().catch((error) => {
    made = undefined
    throw error
  })
  return made
}

async function makeAssets(): Promise<ReadonlyMap<string, Asset>> {
  // The bundler is loaded for whoever opens the page, and by nobody else.
  const { bundlePage } = await import('./bundle.ts')
  const [bundled, ...fixed] = await Promise.all([
    bundlePage(),
    load('/', 'console/page/index.html'),
    load('/console/NOTICE', 'NOTICE'),
  ])
  const named = bundled.map(({ name, content }: PageFile) =>
    toEntry(`/console/${name}`, Buffer.from(content), extname(name)),
  )
  return new Map(await Promise.all([...named, ...fixed]))
}

const load = async (path: string, file: string) => toEntry(path, await readFile(join(ROOT, file)), extname(file))

async function toEntry(path: string, content: Buffer, extension: string): Promise<[string, Asset]> {
  const small = await promisify(gzip)(content, { level: 9, memLevel: 7 })
  const etag = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  const zipped = small.length < content.length ? small : undefined
  return [path, { type: TYPES[extension] ?? 'application/octet-stream', content, zipped, etag }]
}
