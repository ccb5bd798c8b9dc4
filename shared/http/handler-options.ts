import { parseConfig } from '../config.ts'
import { openDb } from '../store/client.ts'
import { putEvent } from '../store/events/write.ts'
import type { HandlerOptions } from './api-handler.ts'

/** What a Lambda with the AWS SDK is made of, read once at its cold start. */
export function handlerOptions(): HandlerOptions {
  const config = parseConfig(process.env)
  return { config, db: openDb(config), putEvent }
}
