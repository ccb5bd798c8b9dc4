/** An answer, with the ids of its requests, by which its events are found. */
export interface ApiAnswer<Body> {
  body: Body
  requestIds: readonly string[]
  /** How many objects were changed, where that took several steps. */
  changed?: number
}
