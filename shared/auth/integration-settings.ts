/** Whether administrators may change what the role of an integration owns. */
export const LOCAL_CHANGES = ['allow', 'refuse'] as const
export type LocalChanges = (typeof LOCAL_CHANGES)[number]
/** Days without a request after which an integration counts as silent, unless it says otherwise; 0 is never. */
export const SILENT_AFTER_DAYS = 7
