import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ask } from '../data/api.ts'

/** Changes of one object that are looked through, and how long a row must be in view before anything is asked. */
const LOOKED = 20
const REST_MS = 250
/** Objects whose changes are remembered. */
const KEPT = 2000

const known = new Map<string, Promise<readonly EventRow[]>>()

function changesOf(id: string): Promise<readonly EventRow[]> {
  const query = { resource: id, type: 'ALL', outcome: 'changed', last: 'all', order: 'desc', limit: LOOKED }
  // The first one says what they are for; a line of the history for each row that is looked at would bury what happened.
  const purpose = known.size === 0 ? 'drift' : undefined
  const asked =
    known.get(id) ??
    ask<{ events: EventRow[] }>({ path: ['events'], query: { ...query, allowEmpty: true, purpose } }).then(
      ({ events }) => events,
      () => [],
    )
  known.set(id, asked)
  for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old)
  return asked
}

/** The latest changes of an object, newest first, once its row is looked at; undefined until they are known. */
export function useLastChanges(id: string | undefined): readonly EventRow[] | undefined {
  const [rows, setRows] = useState<readonly EventRow[]>()
  useEffect(() => {
    setRows(undefined)
    if (id === undefined) return
    let isWanted = true
    const load = () => void changesOf(id).then((found) => isWanted && setRows(found))
    const timer = setTimeout(load, known.has(id) ? 0 : REST_MS)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [id])
  return rows
}
