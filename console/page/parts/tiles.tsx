import { useRef } from 'preact/hooks'

export interface Tile {
  value: string
  label: string
  count: number
}

interface TilesProps {
  /** What the numbers count. */
  label: string
  tiles: readonly Tile[]
  value: string
  onChoose: (value: string) => void
  /** The id of the panel that shows what is chosen; it is a `tabpanel`. */
  panel: string
}

/** Numbers that are tabs (APG): arrows go from one to the next. */
export function Tiles({ label, tiles, value, onChoose, panel }: TilesProps) {
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tiles.findIndex((tile) => tile.value === value)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tiles.length - 1 }[event.key]
    const tile = to === undefined ? undefined : tiles.at(to % tiles.length)
    if (!tile) return
    event.preventDefault()
    onChoose(tile.value)
    ;(list.current?.children[tiles.indexOf(tile)] as HTMLElement | undefined)?.focus()
  }
  return (
    <div class="card tiles" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tiles.map((tile) => (
        <button
          type="button"
          key={tile.value}
          class="tile"
          role="tab"
          aria-selected={tile.value === value}
          aria-controls={panel}
          tabIndex={tile.value === value ? 0 : -1}
          onClick={() => onChoose(tile.value)}
        >
          <b>{tile.count.toLocaleString('en-US')}</b>
          <span>{tile.label}</span>
        </button>
      ))}
    </div>
  )
}
