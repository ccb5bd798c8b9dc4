/** What a log line may hold: never a header, a body, a name or a value of a client. */
export interface LogFields {
  requestId: string
  method?: string
  route?: string
  status?: number
  durationMs?: number
  account?: string
  integration?: string
  /** Name and message of an unexpected error, and where it was thrown. */
  error?: string
  stack?: string
}

/** Writes one JSON line, as CloudWatch Logs reads them. */
export function log(level: 'INFO' | 'ERROR', message: string, fields: LogFields): void {
  process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`)
}
