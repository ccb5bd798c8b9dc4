import type { Facts } from './facts.ts'
import { doing, type Kind } from './kind.ts'
import { calling, named, objectOf, toObject } from './object.ts'
import { type Part, say, toCount, type Words } from './parts.ts'

/** One object by its id or name, which stands in the path at `index`. */
export const lookUp = (type: string, index: number): Kind => {
  const object = (facts: Facts) => calling(type, objectOf(facts, type, index))
  return {
    ...doing('looked up', 'look up', object),
    read: (facts) => ({ type, who: objectOf(facts, type, index) ?? { is: 'text', text: '' } }),
  }
}

/** Many objects, or one that is looked for by what identifies it. */
export const search = (type: string, plural: string): Kind => ({
  done: (facts) => {
    const sought = soughtBy(facts, type)
    if (!sought) return say`listed ${plural}${matching(facts)}${shown(facts)}`
    return say`looked up ${calling(type, sought)}${isNone(facts) ? ` and found ${NOBODY[type] ?? 'none'}` : undefined}`
  },
  attempt: (facts) => {
    const sought = soughtBy(facts, type)
    return sought ? say`look up ${calling(type, sought)}` : say`list ${plural}${matching(facts)}`
  },
  read: (facts) => {
    const who = soughtBy(facts, type)
    return who ? { type, who } : `listed ${plural}`
  },
})

const NOBODY: Readonly<Record<string, string>> = { USER: 'nobody' }
const isNone = ({ part, total }: Facts): boolean => (total ?? part) === 0

/** A filter for one value of an attribute that identifies an object. */
const IDENTIFIES =
  /^\(?(?:\S*:)?(id|userName|displayName|externalId|emails(?:\[[^\]]*\])?(?:\.value)?) eq ("(?:[^"\\]|\\.)*")\)?$/i
/** Longer filters are told by their beginning. */
const MAX_FILTER = 80

function soughtBy({ query, known }: Facts, type: string): Part | undefined {
  const [, attribute = '', literal = ''] = IDENTIFIES.exec(query.filter?.trim() ?? '') ?? []
  const text = parseLiteral(literal)
  if (!text) return undefined
  return (attribute.toLowerCase() === 'id' ? named(known, type, text) : undefined) ?? toObject(known, type, text)
}

function parseLiteral(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    return ''
  }
}

/** A filter, or what names begin with. */
function matching({ query: { filter, q } }: Facts): Words {
  const sought = filter || q
  if (!sought) return []
  const text = [...sought].length > MAX_FILTER ? `${[...sought].slice(0, MAX_FILTER).join('')}…` : sought
  return say` that match ${text}`
}

/** `, 100 of 8,214`. */
function shown({ part, total }: Facts): string | undefined {
  if (part === undefined) return undefined
  return total === undefined ? `, ${toCount(part)} of them` : `, ${toCount(part)} of ${toCount(total)}`
}
