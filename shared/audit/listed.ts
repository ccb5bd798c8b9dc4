/** The members of a change that its event lists; the rest are counted. */
export const MAX_LISTED_MEMBERS = 100

/** The first 100 of many members, and how many more there are. */
export function listed<T>(members: readonly T[], count = members.length): (T | string)[] {
  const left = count - MAX_LISTED_MEMBERS
  return left <= 0 ? [...members] : [...members.slice(0, MAX_LISTED_MEMBERS), moreOf(left)]
}

const MORE = /^… \((\d+) more\)$/

/** What stands behind those listed. */
export const moreOf = (count: number): string => `… (${count} more)`

/** Whether a list leaves members out. */
export const isCut = (list: unknown): boolean => Array.isArray(list) && MORE.test(String(list.at(-1)))

/** How many members a list stands for; 0 for one that was cut beyond recognition. */
export function countListed(list: unknown): number {
  if (!Array.isArray(list)) return 0
  const [, more] = MORE.exec(String(list.at(-1))) ?? []
  return more === undefined ? list.length : list.length - 1 + Number(more)
}
