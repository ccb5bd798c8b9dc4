import { useEffect, useState } from 'preact/hooks'

const SHOWN_MS = 4000
const listeners = new Set<(text: string) => void>()

/** Tells something in passing, aloud too. Never the only copy of a fact, and no error. */
export const say = (text: string): void => {
  for (const listener of listeners) listener(text)
}

/** Where what is said in passing stands; once, in the frame. */
export function Toasts() {
  const [text, setText] = useState('')
  useEffect(() => {
    let timer = 0
    const listener = (said: string) => {
      clearTimeout(timer)
      setText(said)
      timer = setTimeout(() => setText(''), SHOWN_MS)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      clearTimeout(timer)
    }
  }, [])
  return (
    <div class={text ? 'toast' : 'toast empty'} role="status">
      {text}
    </div>
  )
}
