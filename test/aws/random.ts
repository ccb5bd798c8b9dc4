/** Numbers from 0 up to 1, the same row for the same seed. */
export type Random = () => number

/** A xorshift generator of 32 bits: good enough to draw chances. */
export function seededRandom(seed: number): Random {
  // Zero would stay zero for ever, and small seeds begin alike.
  let state = Math.imul(seed ^ 0x5bf0_3635, 0x9e37_79b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
