import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { callerArn } from '../../cli/caller.ts'

const ARN = 'arn:aws:sts::111122223333:assumed-role/Admin/jane'
const asked: object[] = []
let answer = { status: 200, text: '' }

/** STS as it answers the one question it is asked. */
const sts = createServer(async (request: IncomingMessage, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method, url, headers } = request
  asked.push({
    method,
    url,
    body,
    signed: /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/sts\//.test(headers.authorization ?? ''),
  })
  response.writeHead(answer.status).end(answer.text)
}).listen(0, '127.0.0.1')
await once(sts, 'listening')
afterAll(() => sts.close())

const ask = () =>
  callerArn({
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    endpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}/`,
  })

test('AWS tells whose credentials they are, asked by a signed question', async () => {
  answer = {
    status: 200,
    text: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>AROA:jane</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  }
  expect(await ask()).toBe(ARN)
  expect(asked).toEqual([
    { method: 'POST', url: '/', body: 'Action=GetCallerIdentity&Version=2011-06-15', signed: true },
  ])
})

test.each([
  [
    403,
    '<ErrorResponse><Error><Message>The security token is expired</Message></Error></ErrorResponse>',
    'The security token is expired',
  ],
  [502, 'Bad gateway', 'it answered 502'],
])("where it does not (%i), nothing is done in nobody's name", async (status, text, says) => {
  answer = { status, text }
  await expect(ask()).rejects.toThrow(`AWS does not say whose credentials these are: ${says}`)
})
