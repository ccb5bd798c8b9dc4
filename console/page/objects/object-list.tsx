import type { ComponentChildren } from 'preact'
import type { PagedList } from '../list/paged-list.ts'
import { WindowList } from '../list/window-list.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { navigate } from '../router/place.ts'

interface ObjectListProps<Item, Row extends { id: string }> {
  list: PagedList<Item, Row>
  /** `Users`: what it lists. */
  label: string
  /** Heads of the columns; those of numbers end in `#`. */
  columns: readonly string[]
  /** Of the columns, in CSS. */
  class: string
  addressOf: (row: Row) => string
  render: (row: Row) => ComponentChildren
  /** What stands in its place where nothing is found. */
  empty: ComponentChildren
}

/** Objects in rows that lead to their pages, as many as one scrolls to. */
export function ObjectList<Item, Row extends { id: string }>(props: ObjectListProps<Item, Row>) {
  const { list, label, columns, class: form, addressOf, render, empty } = props
  const { rows, error, isLoading, isWhole, looked } = list
  const open = (index: number) => {
    const row = rows[index]
    if (row) navigate(addressOf(row))
  }
  return (
    <>
      {error ? (
        <Problem
          title={`The ${label.toLowerCase()} could not be read`}
          error={error}
          again={() => void list.more()}
          age={list.age}
        />
      ) : null}
      {rows.length === 0 && isLoading ? (
        <div class="card events">
          <Skeleton rows={10} />
        </div>
      ) : null}
      {rows.length === 0 && isWhole ? empty : null}
      {rows.length > 0 ? (
        <>
          <div class={`object-columns ${form}`} aria-hidden="true">
            {columns.map((name) => (
              <span key={name} class={name.endsWith('#') ? 'number' : undefined}>
                {name.replace('#', '')}
              </span>
            ))}
          </div>
          <section class="card events">
            <WindowList
              label={label}
              heights={list.heights}
              keyOf={(index) => rows[index]?.id ?? `row ${index}`}
              nameOf={(index) => `name-${rows[index]?.id}`}
              total={isWhole ? rows.length : undefined}
              isBusy={isLoading}
              onNearEnd={list.isBounded ? undefined : () => void list.more()}
              onOpen={open}
              render={(index) => {
                const row = rows[index]
                return row ? (
                  <a class={`object-row ${form}`} href={addressOf(row)} tabIndex={-1}>
                    {render(row)}
                  </a>
                ) : null
              }}
            />
          </section>
        </>
      ) : null}
      {looked && !isWhole ? (
        <p class="meta end">
          Looked at {looked.at.toLocaleString('en-US')}
          {looked.of === undefined ? '' : ` of ${looked.of.toLocaleString('en-US')}`}.{' '}
          <button type="button" class="button small" disabled={isLoading} onClick={() => void list.more()}>
            Go on
          </button>
        </p>
      ) : null}
      {isLoading && rows.length > 0 ? <p class="meta end">Loading more…</p> : null}
    </>
  )
}

/** How many are found, as far as it is known: `1,000+`. */
export function countText(
  list: Pick<PagedList<unknown, unknown>, 'rows' | 'isWhole' | 'total'>,
  isFiltered: boolean,
): string {
  const { rows, isWhole, total } = list
  if (!isFiltered && total !== undefined) return total.toLocaleString('en-US')
  return `${rows.length.toLocaleString('en-US')}${isWhole ? '' : '+'}`
}
