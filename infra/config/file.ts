import { ConfigError } from './config.ts'

/** What `rolecall.config.ts` exports, not yet checked. @throws {ConfigError} where it cannot be loaded. */
export async function loadConfig(): Promise<unknown> {
  try {
    const { default: config } = await import('../../rolecall.config.ts')
    return config
  } catch (error) {
    throw new ConfigError([`Cannot read rolecall.config.ts: ${error instanceof Error ? error.message : error}`])
  }
}
