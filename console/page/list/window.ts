/** The most rows of a list that are in the document. */
export const MAX_ROWS = 80

/** Heights of many rows, guessed until they are measured; the distance from the top of any of them. */
export class Heights {
  readonly #guess: (index: number) => number
  #measured: (number | undefined)[] = []
  #tops = new Float64Array(1)
  /** Rows whose top is known. */
  #known = 0
  #count = 0

  constructor(guess: (index: number) => number) {
    this.#guess = guess
  }

  get count(): number {
    return this.#count
  }

  /** Makes it so many rows; those that come behind are guessed. */
  resize(count: number): void {
    this.#measured.length = Math.min(this.#measured.length, count)
    this.#count = count
    this.#known = Math.min(this.#known, count)
  }

  /** Makes room for rows before one; what is measured moves with its row. */
  insert(at: number, rows: number): void {
    if (at < this.#measured.length) {
      const fresh = new Array<number | undefined>(rows).fill(undefined)
      this.#measured = [...this.#measured.slice(0, at), ...fresh, ...this.#measured.slice(at)]
    }
    this.#count += rows
    this.#known = Math.min(this.#known, at)
  }

  /** Forgets what was measured. */
  clear(): void {
    this.#measured = []
    this.#known = 0
  }

  of(index: number): number {
    return this.#measured[index] ?? this.#guess(index)
  }

  /** @returns by how much the row is taller than was thought. */
  measure(index: number, height: number): number {
    const more = height - this.of(index)
    if (more === 0 && this.#measured[index] !== undefined) return 0
    this.#measured[index] = height
    this.#known = Math.min(this.#known, index)
    return more
  }

  /** Pixels above a row; of one behind the last, the height of all. */
  top(index: number): number {
    this.#fill(index)
    return this.#tops[index] ?? 0
  }

  /** The row at a distance from the top. */
  at(y: number): number {
    this.#fill(this.#count)
    let [low, high] = [0, Math.max(0, this.#count - 1)]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#tops[middle] ?? 0) <= y) low = middle
      else high = middle - 1
    }
    return low
  }

  #fill(to: number): void {
    if (this.#tops.length <= this.#count) {
      const longer = new Float64Array(Math.max(256, 2 * (this.#count + 1)))
      longer.set(this.#tops.subarray(0, this.#known + 1))
      this.#tops = longer
    }
    for (; this.#known < Math.min(to, this.#count); this.#known++) {
      this.#tops[this.#known + 1] = (this.#tops[this.#known] ?? 0) + this.of(this.#known)
    }
  }
}

/** The rows to draw: first, and one behind the last. */
export interface Span {
  first: number
  end: number
}

/** Those in view, some more around them, and never more than `max`. */
export function spanOf(heights: Heights, top: number, height: number, around = 8, max = MAX_ROWS): Span {
  if (heights.count === 0) return { first: 0, end: 0 }
  const seen = heights.at(Math.max(0, top))
  const last = heights.at(Math.max(0, top + height))
  const spare = Math.max(0, Math.min(around, Math.floor((max - (last - seen + 1)) / 2)))
  const first = Math.max(0, seen - spare)
  return { first, end: Math.min(heights.count, last + spare + 1, first + max) }
}
