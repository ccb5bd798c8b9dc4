import { type AwsConfig, ENV, parseAwsConfig } from '../shared/config.ts'

/** Region and key of the local engine; it accepts any, but only of letters and digits. */
export const LOCAL_AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const satisfies AwsConfig

/** The AWS account the local gateway speaks of. */
export const LOCAL_ACCOUNT = '000000000000'

/** An engine that is not ours to start: another one, or AWS. */
export interface ChosenEngine {
  endpoint: string
  tableName: string | undefined
  /** Where the environment holds a key, it is for that engine. */
  aws: AwsConfig | undefined
}

/** Reads `DYNAMODB_ENDPOINT` and what goes with it; `undefined` when the system starts its own engine. */
export function chosenEngine(env: Record<string, string | undefined>): ChosenEngine | undefined {
  const endpoint = env[ENV.dynamodbEndpoint]
  if (!endpoint) return undefined
  const aws = env.AWS_ACCESS_KEY_ID ? parseAwsConfig(env) : undefined
  return { endpoint, tableName: env[ENV.tableName] || undefined, aws }
}
