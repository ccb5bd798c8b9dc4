import { useCallback, useMemo } from 'preact/hooks'
import { addressOf } from './address.ts'
import { navigate, placeNow, usePlace } from './place.ts'
import { type Reading, readQuery, type Schema, type ValuesOf, writeQuery } from './schema.ts'

/** Sets parameters: `typing` replaces the entry of the history, everything else makes a new one. */
export type SetQuery<S extends Schema> = (patch: Partial<ValuesOf<S>>, options?: { typing?: boolean }) => void

/** The parameters of the address as values, and how they are set. The schema must be a constant of its module. */
export function useQuery<S extends Schema>(schema: S): Reading<S> & { set: SetQuery<S> } {
  const { query } = usePlace()
  const reading = useMemo(() => readQuery(schema, query), [query])
  const set: SetQuery<S> = useCallback((patch, { typing = false } = {}) => {
    const place = placeNow()
    const values = { ...readQuery(schema, place.query).values, ...patch }
    const segments = place.path.split('/').filter(Boolean).map(decodeURIComponent)
    navigate(addressOf(segments, writeQuery(schema, values)), { replace: typing })
  }, [])
  return { ...reading, set }
}
