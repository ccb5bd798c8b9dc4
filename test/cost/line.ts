import { dollarsFor, PRICES, type PriceName } from './prices.ts'

/** One line of a bill. */
export interface Line {
  service: string
  what: string
  dollars: number
}

/** So much of what has a price. */
export function line(what: string, price: PriceName, amount: number): Line {
  return { service: PRICES[price].service, what, dollars: dollarsFor(price, amount) }
}

export const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0)

/** Service by service; lines of one name become one, where the first of them stands. */
export function inOneLineEach(lines: readonly Line[]): Line[] {
  const byService = [...Map.groupBy(lines, ({ service }) => service).values()]
  const byName = byService.flatMap((some) => [...Map.groupBy(some, ({ what }) => what).values()])
  return byName.flatMap(([first, ...more]) => (first ? [{ ...first, dollars: first.dollars + totalOf(more) }] : []))
}
