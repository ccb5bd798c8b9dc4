/** Region and key of the local engine; it accepts any, but only of letters and digits. */
export const LOCAL_AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const

/** The AWS account the local gateway speaks of. */
export const LOCAL_ACCOUNT = '000000000000'
