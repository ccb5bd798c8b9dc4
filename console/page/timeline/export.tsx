import type { TimelineValues } from './schema.ts'

export const Export = (_: { values: TimelineValues }) => null
