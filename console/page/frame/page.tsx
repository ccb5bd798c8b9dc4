import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { safeText } from '../parts/safe-text.ts'
import { placeNow, scrollKept } from '../router/place.ts'
import { readQuery, type Schema } from '../router/schema.ts'

interface PageProps {
  /** The page, and its object before it: `Ada Example · Users`. Foreign text is made safe here. */
  title: string
  /** What the title begins with, such as how many are new. */
  before?: string | undefined
  /** Before the heading: the initials of an object. */
  picture?: ComponentChildren
  /** The heading, where it is more than the title. */
  heading?: ComponentChildren
  /** Where one is: links above the heading. */
  crumbs?: ComponentChildren
  /** Below the heading. */
  sub?: ComponentChildren
  /** Buttons beside the heading. */
  actions?: ComponentChildren
  /** What its address may say; anything else there is told. */
  schema?: Schema
  children: ComponentChildren
}

/** The path whose heading had the focus last; a new one takes it. */
let focused: string | undefined

/** The content of a page: its title in the tab, its one heading, which gets the focus when one comes to the page. */
export function Page({ title, before = '', picture, heading, crumbs, sub, actions, schema, children }: PageProps) {
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${before}${safeText(title)} · Rolecall`
  }, [title, before])
  const { path } = placeNow()
  useLayoutEffect(() => {
    if (focused !== undefined && focused !== path) head.current?.focus({ preventScroll: true })
    focused = path
    scrollTo(0, scrollKept())
  }, [path])
  return (
    <>
      {crumbs ? (
        <nav class="crumbs" aria-label="Where this is">
          {crumbs}
        </nav>
      ) : null}
      <div class="head">
        {picture}
        <div class="head-text">
          <h1 ref={head} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {sub}
        </div>
        {actions ? <div class="head-actions">{actions}</div> : null}
      </div>
      {schema ? <Unread schema={schema} /> : null}
      {children}
    </>
  )
}

/** Parameters of the address that nobody knows, or can read, and those there are. */
function Unread({ schema }: { schema: Schema }) {
  const { unknown } = readQuery(schema, placeNow().query)
  if (unknown.length === 0) return null
  const there = Object.keys(schema).join(', ')
  return (
    <p class="note" role="alert">
      The address says {unknown.map((name) => `“${name.slice(0, 40)}”`).join(', ')}, which cannot be read here. There is{' '}
      {there}.
    </p>
  )
}
