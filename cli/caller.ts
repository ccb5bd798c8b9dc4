import type { AwsCredentials } from '../shared/auth/sigv4.ts'
import { Failure } from './failure.ts'

const STS_TIMEOUT_MS = 10_000
const QUESTION = 'Action=GetCallerIdentity&Version=2011-06-15'

/** Whose credentials they are. */
export interface Signer {
  region: string
  credentials(): Promise<AwsCredentials>
  /** Where STS is, if it is not the region's own: `AWS_ENDPOINT_URL_STS`, as all tools of AWS know it. */
  endpoint: string | undefined
}

/** The ARN of whoever signs, as AWS knows it. @throws {Failure} where it cannot be told. */
export async function callerArn({ region, credentials, endpoint }: Signer): Promise<string> {
  const { signRequest } = await import('../shared/auth/sigv4.ts')
  const url = new URL(endpoint || `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`)
  const content = { body: QUESTION, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  const signed = { method: 'POST', url, service: 'sts', region, credentials: await credentials(), ...content }
  try {
    const signal = AbortSignal.timeout(STS_TIMEOUT_MS)
    const answer = await fetch(url, {
      ...{ method: 'POST', body: QUESTION, headers: await signRequest(signed), signal, redirect: 'error' },
    })
    const text = await answer.text()
    const [, arn] = /<Arn>(arn:[^<]+)<\/Arn>/.exec(text) ?? []
    if (answer.ok && arn !== undefined) return arn
    throw new Error(/<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? `it answered ${answer.status}`)
  } catch (cause) {
    throw new Failure(`AWS does not say whose credentials these are: ${(cause as Error).message}`, { cause })
  }
}
