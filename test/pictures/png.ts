import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE_BYTES = 8
/** Length and name before a chunk's data, checksum behind it. */
const HEAD_BYTES = 8
const CRC_BYTES = 4
const RGB_BYTES = 3
const MAX_COLOURS = 256

/** The same picture with a palette, a third as large: a page has few colours, and letters many that are nearly alike. */
export function shrinkPng(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)]
  const header = Buffer.from(chunks[0]?.data ?? [])
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  if (header[8] !== 8 || header[9] !== 2)
    throw new Error('Cannot shrink the picture: expected 8 bits of red, green, blue')
  const data = Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map((chunk) => chunk.data))
  const { palette, indices } = toPalette(unfilter(inflateSync(data), width, height))
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  header[9] = 3
  const written = [
    ['IHDR', header],
    ['PLTE', palette],
    ['IDAT', deflateSync(rows, { level: 9, memLevel: 9 })],
    ['IEND', Buffer.alloc(0)],
  ] as const
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...written.map(([name, content]) => toChunk(name, content))])
}

function* chunksOf(png: Buffer): Generator<{ name: string; data: Buffer }> {
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const begin = at + HEAD_BYTES
    yield { name: png.toString('latin1', at + 4, begin), data: png.subarray(begin, begin + length) }
    at = begin + length + CRC_BYTES
  }
}

/** The pixels without the filters of their rows (PNG, section 9). */
function unfilter(raw: Buffer, width: number, height: number): Uint8Array {
  const stride = width * RGB_BYTES
  const pixels = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x < RGB_BYTES ? 0 : (pixels[at - RGB_BYTES] ?? 0)
      const up = y === 0 ? 0 : (pixels[at - stride] ?? 0)
      const corner = x < RGB_BYTES || y === 0 ? 0 : (pixels[at - stride - RGB_BYTES] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      pixels[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess
    }
  }
  return pixels
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const [byLeft, byUp, byCorner] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ]
  if (byLeft <= byUp && byLeft <= byCorner) return left
  return byUp <= byCorner ? up : corner
}

/** The most frequent colours, and for each pixel the nearest of them. */
function toPalette(pixels: Uint8Array): { palette: Buffer; indices: Uint8Array } {
  const colourAt = (at: number) => ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += RGB_BYTES) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1)
  const colours = [...counts.keys()].toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  const chosen = colours.slice(0, MAX_COLOURS)
  const nearest = new Map(colours.map((colour) => [colour, nearestOf(colour, chosen)]))
  const indices = new Uint8Array(pixels.length / RGB_BYTES)
  for (let i = 0; i < indices.length; i++) indices[i] = nearest.get(colourAt(i * RGB_BYTES)) ?? 0
  return { palette: Buffer.from(chosen.flatMap(partsOf)), indices }
}

const partsOf = (colour: number): number[] => [colour >> 16, (colour >> 8) & 255, colour & 255]

function nearestOf(colour: number, chosen: readonly number[]): number {
  const distance = (other: number) => {
    const parts = partsOf(other)
    return partsOf(colour).reduce((sum, part, i) => sum + (part - (parts[i] ?? 0)) ** 2, 0)
  }
  return chosen.reduce((best, other, i) => (distance(other) < distance(chosen[best] ?? 0) ? i : best), 0)
}

function toChunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(CRC_BYTES)]
  length.writeUInt32BE(data.length)
  crc.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, crc])
}
