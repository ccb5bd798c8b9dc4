import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { signRequest } from '../../../shared/auth/sigv4.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const signingDate = new Date('2015-08-30T12:36:00Z')

/** The signature as AWS's documentation derives it, step by step. */
function expectedSignature(canonical: string, service: string): string {
  const hash = createHash('sha256').update(canonical).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const scope = `20150830/us-east-1/${service}/aws4_request`
  const day = hmac(`AWS4${credentials.secretAccessKey}`, '20150830')
  const key = hmac(hmac(hmac(day, 'us-east-1'), service), 'aws4_request')
  return hmac(key, ['AWS4-HMAC-SHA256', '20150830T123600Z', scope, hash].join('\n')).toString('hex')
}

test('signs path, query, headers and body as AWS Signature Version 4 says', async () => {
  const body = '{"name":"OKTA"}'
  const headers = await signRequest({
    method: 'POST',
    url: 'https://api.example.com/admin/users/a%20b?b=2&a=x%20y',
    headers: { 'content-type': 'application/json' },
    body,
    service: 'execute-api',
    region: 'us-east-1',
    credentials,
    signingDate,
  })
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const signedHeaders = 'content-type;host;x-amz-content-sha256;x-amz-date'
  const canonical = [
    'POST',
    '/admin/users/a%2520b',
    'a=x%20y&b=2',
    'content-type:application/json',
    'host:api.example.com',
    `x-amz-content-sha256:${bodyHash}`,
    'x-amz-date:20150830T123600Z',
    '',
    signedHeaders,
    bodyHash,
  ].join('\n')
  const credential = `AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request`
  const signature = expectedSignature(canonical, 'execute-api')
  expect(headers).toEqual({
    'content-type': 'application/json',
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  })
})

test('sends the session token of temporary credentials and signs it', async () => {
  const temporary = { ...credentials, sessionToken: 'session' }
  const url = 'https://api.example.com/events'
  const headers = await signRequest({
    method: 'GET',
    url,
    service: 'execute-api',
    region: 'us-east-1',
    credentials: temporary,
  })
  expect(headers['x-amz-security-token']).toBe('session')
  expect(headers.authorization).toContain('x-amz-security-token')
})
