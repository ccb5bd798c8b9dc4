import { maskSecrets } from '../audit/secrets.ts'

/** What a log line may hold: never a header, a body, a name or a value of a client. */
interface LogFields {
  requestId: string
  method?: string
  route?: string
  status?: number
  durationMs?: number
  /** Name and message of an unexpected error, and where it was thrown. */
  error?: string
  stack?: string
}

/** Writes one JSON line, as CloudWatch Logs reads them; secrets in the texts of errors are masked. */
export function log(level: 'INFO' | 'ERROR', message: string, fields: LogFields): void {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? maskSecrets(value) : value,
  ])
  process.stdout.write(`${JSON.stringify({ level, message, ...Object.fromEntries(entries) })}\n`)
}
