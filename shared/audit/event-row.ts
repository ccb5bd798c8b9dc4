import { EVENT_FIELDS, type EventField, eventFields, type RestEvent, type ValueOf } from './rest-event.ts'

type Fields = typeof EVENT_FIELDS
/** The column of a field; what stands in DETAILS has none of its own. */
type ColumnOf<Field> = Field extends { shown: infer Column extends string } ? Exclude<Column, 'DETAILS'> : never
type Shown<Field extends EventField> = ValueOf<Field> | (Field extends { optional: true } ? null : never)
type FieldColumns = { [Name in keyof Fields as ColumnOf<Fields[Name]>]: Shown<Fields[Name]> }

/** A REST event as auditors see it: Snowflake's columns, then ours (DESIGN: REST event history). */
export interface EventRow extends FieldColumns {
  STATUS: 'SUCCESS' | 'FAILURE'
  /** HTTP status and scimType of a failure: `409 uniqueness`. */
  ERROR_CODE: string | null
  /** JSON text: everything else that is known of the request. */
  DETAILS: string
}

export type EventColumn = keyof EventRow

/** Snowflake's columns, in its order. */
const SNOWFLAKE = [
  ...(['EVENT_TIMESTAMP', 'EVENT_ID', 'EVENT_TYPE', 'ENDPOINT', 'METHOD', 'STATUS', 'ERROR_CODE', 'DETAILS'] as const),
  ...(['CLIENT_IP', 'ACTOR_NAME', 'ACTOR_DOMAIN', 'RESOURCE_NAME', 'RESOURCE_DOMAIN'] as const),
] satisfies EventColumn[]

/** What each column shows of an event; a field without a value shows null. */
const PRESENT = {
  ...Object.fromEntries(fieldColumns().map(([name, column]) => [column, (event: RestEvent) => event[name] ?? null])),
  STATUS: ({ status }: RestEvent) => (status >= 400 ? 'FAILURE' : 'SUCCESS'),
  ERROR_CODE: ({ status, scimType }: RestEvent) =>
    status >= 400 ? [status, scimType].filter(Boolean).join(' ') : null,
  DETAILS: (event: RestEvent) => JSON.stringify(Object.fromEntries(detailNames().map((name) => [name, event[name]]))),
} as Record<EventColumn, (event: RestEvent) => unknown>

/** The columns, in the order they are shown. */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  ...new Set([...SNOWFLAKE, ...fieldColumns().map(([, column]) => column)]),
]

/** The few columns that fit a terminal, with their headings. */
export const BRIEF_COLUMNS = fieldColumns().flatMap(([name, column]) => {
  const { brief }: EventField = EVENT_FIELDS[name]
  return brief === undefined ? [] : [{ heading: brief, column }]
})

/** Writes an event as an auditor's row. */
export function presentEvent(event: RestEvent): EventRow {
  // That each column gets its own type is what EventRow's derivation says; entries cannot.
  return Object.fromEntries(EVENT_COLUMNS.map((column) => [column, PRESENT[column](event)])) as unknown as EventRow
}

/** The fields that have a column of their own, and it. */
function fieldColumns(): [keyof RestEvent, EventColumn][] {
  const isColumn = (shown: string | undefined): shown is EventColumn => shown !== undefined && shown !== 'DETAILS'
  return eventFields().flatMap(([name, { shown }]) => (isColumn(shown) ? [[name, shown]] : []))
}

/** The fields that stand in DETAILS, in order. */
export const detailNames = (): (keyof RestEvent)[] =>
  eventFields().flatMap(([name, { shown }]) => (shown === 'DETAILS' ? [name] : []))
