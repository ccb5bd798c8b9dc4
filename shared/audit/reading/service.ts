/** The service as somebody asks it who reads: by its own paths, decoded. */
export interface Service {
  call<Answer>(call: {
    path: readonly string[]
    query?: Readonly<Record<string, string | number | undefined>>
    /** Ends the call early. */
    signal?: AbortSignal
  }): Promise<Answer>
}
