import type { Change } from '../../../shared/audit/rest-event.ts'
import type { Names } from '../../../shared/audit/sentences/facts.ts'
import { Value } from '../parts/value.tsx'
import { type Cell, diffOf } from './diff-lines.ts'
import { objectAddress } from './object-address.ts'

interface DiffProps {
  changes: readonly Change[]
  /** Names of members by id; whom nobody named stands by the id. */
  names?: Names | undefined
}

/** What a change did: attribute by attribute, before and after. */
export function Diff({ changes, names }: DiffProps) {
  const { lines, leftOut } = diffOf(changes)
  return (
    <table class="diff">
      <thead>
        <tr>
          <th scope="col">Attribute</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ attribute, path, before, after }) => (
          <tr key={path}>
            <th scope="row" title={path === attribute ? undefined : path}>
              <Value text={attribute} max={40} />
            </th>
            <td>
              <Cells cells={before} side="before" names={names} />
            </td>
            <td>
              <Cells cells={after} side="after" names={names} />
            </td>
          </tr>
        ))}
      </tbody>
      {leftOut === undefined ? null : (
        <tfoot>
          <tr>
            <td colSpan={3} class="meta">
              The event had no room for all of it. <Value text={leftOut} />
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  )
}

interface CellsProps {
  cells: readonly Cell[]
  side: 'before' | 'after'
  names: Names | undefined
}

function Cells({ cells, side, names }: CellsProps) {
  if (cells.length === 0) return <span class="none">none</span>
  const Side = side === 'before' ? 'del' : 'ins'
  return (
    <ul class="cells">
      {cells.map((cell, i) => (
        <li key={i}>
          {cell.is === 'more' || cell.is === 'secret' ? (
            <span class="none">{cell.is === 'secret' ? 'set, not kept' : cell.text}</span>
          ) : (
            <Side class={cell.isSame ? 'same' : undefined}>
              <CellText cell={cell} names={names} />
            </Side>
          )}
          {cell.is === 'cut' ? <span class="none"> cut</span> : null}
        </li>
      ))}
    </ul>
  )
}

function CellText({ cell: { text, userId }, names }: { cell: Cell; names: Names | undefined }) {
  const address = objectAddress('USER', userId)
  if (address === undefined) return <Value text={text} max={80} />
  return (
    <a href={address}>
      <Value text={names?.get(text) ?? text} />
    </a>
  )
}
