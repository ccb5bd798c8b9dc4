import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import { DynamoDbSigner } from '../../../shared/auth/dynamodb-signer.ts'
import { Sha256 } from '../../../shared/auth/sigv4.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const temporary = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'another', sessionToken: 'IQoJb3JpZ2luX2VjEJr+/=' }
const TARGET = { 'x-amz-target': 'DynamoDB_20120810.GetItem', host: 'dynamodb.eu-central-1.amazonaws.com' }
const headers: Record<string, string> = { ...TARGET }
const request = { method: 'POST', path: '/', headers, body: '{"TableName":"t","Key":{"pk":{"S":"Ä€"}}}' }

const region = async () => 'eu-central-1'

/** What the general signer makes of it. */
async function expected(given: typeof credentials, signingRegion: string, signingDate: Date) {
  const general = new SignatureV4({
    ...{ service: 'dynamodb', region: 'unused', credentials: given, sha256: Sha256, applyChecksum: false },
  })
  const message = { ...request, protocol: 'https:', hostname: TARGET.host, headers: { ...headers } }
  return (await general.sign(message, { signingRegion, signingDate })).headers
}

describe('DynamoDbSigner', () => {
  test('signs as the general signer does, day after day, in every region, with whatever credentials', async () => {
    let given: typeof credentials = credentials
    const signer = new DynamoDbSigner(async () => given, region)
    for (const signingRegion of ['eu-central-1', 'cn-north-1']) {
      for (const date of ['2026-08-31T23:59:59.999Z', '2026-09-01T00:00:00.000Z']) {
        for (given of [credentials, temporary]) {
          const scope = { signingRegion, signingDate: new Date(date) }
          const signed = await signer.sign(request, scope)
          expect(signed.headers).toEqual(await expected(given, signingRegion, scope.signingDate))
        }
      }
    }
  })

  test('signs bytes as the text they are, now, and leaves the request it was given alone', async () => {
    const signer = new DynamoDbSigner(async () => credentials, region)
    const before = Date.now()
    const signed = await signer.sign({ ...request, body: Buffer.from(request.body) })
    const date = String(signed.headers['x-amz-date']).replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')
    expect(Date.parse(date)).toBeGreaterThan(before - 1000)
    expect(signed.headers).toEqual(await expected(credentials, 'eu-central-1', new Date(date)))
    expect(request.headers).toEqual(TARGET)
  })

  test('signs no other path', async () => {
    const signing = new DynamoDbSigner(async () => credentials, region).sign({ ...request, path: '/a' })
    await expect(signing).rejects.toThrow(/^DynamoDB has no path "\/a"$/)
  })
})
