import { useEffect, useState } from 'preact/hooks'
import { leave, mayLeave } from './leaving.ts'

/** Where the page is: the path and the query of its address. */
export interface Place {
  path: string
  query: URLSearchParams
  /** Which entry of the browser's history it is; Back comes to the same one, a link to another. */
  entry: string
}

/** What an entry of the history remembers beside its address. */
interface Kept {
  scroll?: number
  entry?: string
}

const kept = (): Kept => history.state ?? {}
const listeners = new Set<() => void>()
let current = read()

function read(): Place {
  const { pathname: path, search } = location
  return { path, query: new URLSearchParams(search), entry: kept().entry ?? '' }
}

/** Where the page is now. */
export const placeNow = (): Place => current

/** How far down an entry was left, once the list of its page is there again. */
export const scrollKept = (): number => kept().scroll ?? 0

function changed(): void {
  current = read()
  for (const listener of listeners) listener()
}

function keepScroll(): void {
  history.replaceState({ ...kept(), scroll: Math.round(scrollY) } satisfies Kept, '')
}

/** Goes to an address of ours: as a new entry of the history, or in place of the one that is shown. */
export function navigate(href: string, { replace = false }: { replace?: boolean } = {}): void {
  leave(() => {
    if (replace) history.replaceState(history.state, '', href)
    else {
      keepScroll()
      history.pushState({ entry: crypto.randomUUID() } satisfies Kept, '', href)
    }
    changed()
  })
}

/** Back and Forward; where one is asked before, the address is again that of what is shown. */
function moved(): void {
  const { path, query, entry } = current
  if (mayLeave(() => history.back())) changed()
  else history.pushState({ entry } satisfies Kept, '', query.size > 0 ? `${path}?${query}` : path)
}

/** The place, and again whenever it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(current)
  useEffect(() => {
    const listener = () => setPlace(current)
    listeners.add(listener)
    listener()
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return place
}

/** A link of ours, clicked as links are: without a key that asks for another window. */
function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  const link = event.target instanceof Element ? event.target.closest('a') : null
  const isOurs = link !== null && link.origin === location.origin && !link.hasAttribute('download') && !link.target
  return isPlain && isOurs && !event.defaultPrevented && !link.hash ? link : undefined
}

/** Takes links, Back and Forward over from the browser. */
export function startRouter(): void {
  history.scrollRestoration = 'manual'
  addEventListener('popstate', moved)
  addEventListener('click', (event) => {
    const link = linkOf(event)
    if (!link) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
  let timer = 0
  addEventListener('scroll', () => {
    clearTimeout(timer)
    timer = setTimeout(keepScroll, 200)
  })
}
