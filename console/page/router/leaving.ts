/** Something that is shown once, and how one is asked before it is lost; `undefined` ends the question. */
interface Kept {
  secret: string
  ask: (go: (() => void) | undefined) => void
}

let kept: Kept | undefined

/** Has leaving ask once, until the secret was shown or copied. @returns what ends it */
export function keepUntilTaken(secret: string, ask: Kept['ask']): () => void {
  kept = { secret, ask }
  const warn = (event: BeforeUnloadEvent) => kept && event.preventDefault()
  addEventListener('beforeunload', warn)
  return () => {
    kept = undefined
    removeEventListener('beforeunload', warn)
  }
}

/** Somebody has it now: a text was copied or shown that holds it. */
export function taken(text: string): void {
  if (!kept || !text.includes(kept.secret)) return
  kept.ask(undefined)
  kept = undefined
}

/** Whether one may leave; where something would be lost one is asked, and `go` is what leaves all the same. */
export function mayLeave(go: () => void): boolean {
  kept?.ask(() => {
    kept = undefined
    go()
  })
  return !kept
}

/** Leaves, once one may. */
export const leave = (go: () => void): void => {
  if (mayLeave(go)) go()
}
