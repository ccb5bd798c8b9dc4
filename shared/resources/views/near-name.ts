/** Somebody whose name stands close to what was looked for. */
export interface NearName {
  id: string
  name: string
}
