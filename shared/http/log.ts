import { maskSecrets } from '../audit/secrets.ts'
import { LOG_LEVELS, type LogConfig, type LogLevel, parseLogConfig } from '../config.ts'
import { type Figures, toEmbedded } from './metric.ts'

/** What a log line may hold: never a header, a body, a name or a value of a user, a group or an administrator. */
interface LogFields {
  requestId?: string
  method?: string
  route?: string
  status?: number
  outcome?: string
  durationMs?: number
  account?: string
  integration?: string
  /** Why a token was refused. */
  reason?: string
  /** Calls of the table that were answered; their figures are those of AWS. */
  calls?: number
  /** Each call of the table: what was called, its units, its milliseconds. */
  tableCalls?: readonly unknown[]
  /** Of the queue of unfinished work: what for, and how a slice of it ended. */
  kind?: string
  end?: string
  /** What is broken, by type and id; which invariant. */
  finding?: string
  invariant?: string
  /** Which region tells, and which is primary. */
  region?: string
  primary?: string | undefined
  /** Name and message of an unexpected error, and where it was thrown. */
  error?: string
  stack?: string
}

let config: LogConfig | undefined
const configured = (): LogConfig => {
  config ??= parseLogConfig(process.env)
  return config
}

/** Whether lines of this level are written. */
export const isLogged = (level: LogLevel): boolean =>
  LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(configured().level)

/**
 * Writes one JSON line, as CloudWatch Logs reads them; secrets in the texts of errors are masked. With figures the line
 * is the metric, and is written whatever the level is; no request waits for it.
 */
export function log(
  level: LogLevel,
  message: string,
  fields: LogFields,
  figures: Figures = {},
  now = new Date(),
): void {
  const { service, metricsByIntegration } = configured()
  const embedded = toEmbedded(figures, fields, metricsByIntegration, now.getTime())
  if (!embedded && !isLogged(level)) return
  const masked = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? maskSecrets(value) : value,
  ])
  const head = { level, timestamp: now.toISOString(), service, message }
  const line = { ...head, ...Object.fromEntries(masked), ...figures, ...(embedded && { _aws: embedded }) }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
