import type { IncomingMessage, ServerResponse } from 'node:http'
import { notFound, ScimError } from '../../shared/scim/error.ts'
import { type Asset, loadAssets } from './assets.ts'
import { isPlace } from './paths.ts'

/** Sends a file of the page, or the one document of all its places. @throws {ScimError} 404 or 405 */
export async function sendPageFile(message: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const { method } = message
  if (method !== 'GET' && method !== 'HEAD') {
    throw new ScimError(405, undefined, `Cannot ${method} ${path}: send GET`, { headers: { Allow: 'GET, HEAD' } })
  }
  const asset = (await loadAssets()).get(isPlace(path) ? '/' : path)
  if (!asset) throw notFound(`There is no file ${path}: the console begins at /`)
  sendAsset(message, response, asset)
}

function sendAsset({ headers }: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const zipped = acceptsGzip(headers['accept-encoding']) ? asset.zipped : undefined
  const etag = `"${asset.etag}${zipped ? '-gzip' : ''}"`
  const about = { 'Content-Type': asset.type, ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }
  if (headers['if-none-match'] === etag) {
    response.writeHead(304, about).end()
    return
  }
  const body = zipped ?? asset.content
  response.writeHead(200, { ...about, ...(zipped && { 'Content-Encoding': 'gzip' }), 'Content-Length': body.length })
  response.end(body)
}

const acceptsGzip = (accepted: string | string[] = ''): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(accepted))
