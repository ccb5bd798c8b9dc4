/** What one deployment of Rolecall is given: `cdk deploy -c name=staging -c eventRetentionDays=30`. */
export interface Deployment {
  /** Stack name and first part of the functions' names. */
  name: string
  eventRetentionDays: number
  /** Days the log lines of the functions and of the gateway are kept. */
  logRetentionDays: number
}

/** Periods CloudWatch Logs offers. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]

/** Reads the CDK context, or the environment variables `ROLECALL_...`. @throws {Error} naming the setting. */
export function parseDeployment(
  context: (key: string) => unknown,
  env: Record<string, string | undefined> = process.env,
): Deployment {
  const read = (key: string, variable: string, fallback: string) => String(context(key) ?? env[variable] ?? fallback)
  return {
    name: checkName(read('name', 'ROLECALL_NAME', 'rolecall')),
    eventRetentionDays: parseEventDays(read('eventRetentionDays', 'ROLECALL_EVENT_RETENTION_DAYS', '90')),
    logRetentionDays: parseLogDays(read('logRetentionDays', 'ROLECALL_LOG_RETENTION_DAYS', '90')),
  }
}

function checkName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,39}$/.test(name)) return name
  throw new Error(`Cannot use name "${name}": small letters, digits and hyphens, a letter first, at most 40`)
}

function parseEventDays(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new Error(`Cannot use eventRetentionDays "${text}": a number of days from 1 to 9999`)
}

function parseLogDays(text: string): number {
  if (LOG_RETENTION_DAYS.includes(Number(text))) return Number(text)
  throw new Error(`Cannot use logRetentionDays "${text}": one of ${LOG_RETENTION_DAYS.join(', ')}`)
}
