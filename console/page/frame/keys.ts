import { useLayoutEffect, useRef } from 'preact/hooks'

/** What keys do: `j`, or `g t` for one after the other. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => unknown>>

/** The newest first: what is drawn last answers first. */
const layers: { current: Keys }[] = []
/** How long the second key of two may take. */
const PAIR_MS = 1500

let first: { key: string; at: number } | undefined

/** Whether somebody types, or a dialog is open: keys then mean what they are. */
function isResting({ target }: KeyboardEvent): boolean {
  const typing =
    target instanceof Element && target.closest('input:not([type=checkbox]), textarea, select, [role=menu]')
  return typing !== null && typing !== false ? true : document.querySelector('dialog[open]') !== null
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
  if (isResting(event)) return
  const pair = first && Date.now() - first.at < PAIR_MS ? `${first.key} ${event.key}` : event.key
  first = undefined
  const found = layers.find(({ current }) => Object.hasOwn(current, pair))?.current[pair]
  if (found) {
    event.preventDefault()
    found(event)
  } else if (layers.some(({ current }) => Object.keys(current).some((key) => key.startsWith(`${event.key} `)))) {
    first = { key: event.key, at: Date.now() }
  }
}

/** Answers keys as long as the component is there. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys)
  layer.current = keys
  useLayoutEffect(() => {
    if (layers.length === 0) addEventListener('keydown', onKeyDown)
    layers.unshift(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length === 0) removeEventListener('keydown', onKeyDown)
    }
  }, [])
}
