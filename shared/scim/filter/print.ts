import { formatAttributePath } from '../attribute-path.ts'
import type { Filter, FilterPath } from './tree.ts'

/**
 * The canonical text of a filter: schema spelling, small keywords, single spaces. Reading it gives the same tree, so
 * two filters that differ only in how they are written print alike.
 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map(printOperand).join(` ${filter.kind} `)
    case 'not':
      return `not (${printFilter(filter.operand)})`
    case 'present':
      return `${printPath(filter.path)} pr`
    case 'compare':
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'elements': {
      const elements = `${printPath(filter.path)}[${printFilter(filter.filter)}]`
      return filter.also ? `${elements}.${printFilter(filter.also)}` : elements
    }
  }
}

function printOperand(filter: Filter): string {
  return filter.kind === 'and' || filter.kind === 'or' ? `(${printFilter(filter)})` : printFilter(filter)
}

function printPath(path: FilterPath): string {
  return 'unknown' in path ? path.unknown : formatAttributePath(path)
}
