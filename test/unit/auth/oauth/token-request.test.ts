import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OAuthError } from '../../../../shared/auth/oauth/oauth-error.ts'
import { type FormRequest, parseTokenRequest } from '../../../../shared/auth/oauth/token-request.ts'

const FORM = 'application/x-www-form-urlencoded'
const ID = '3fTq0Zr8LkWb2NcXyV9aHs'
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`
const form = (parameters: Record<string, string>, more: Partial<FormRequest> = {}): FormRequest => ({
  contentType: FORM,
  authorization: undefined,
  body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }).toString(),
  ...more,
})
const JWT = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const claims = (payload: object) => `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.y`

function refusalOf(request: FormRequest) {
  try {
    parseTokenRequest(request)
  } catch (error) {
    if (error instanceof OAuthError) return [error.status, error.code, error.message]
    throw error
  }
  return undefined
}

describe('parseTokenRequest()', () => {
  const secret = { clientId: ID, proof: { kind: 'secret', secret: 's:+ /ü' } }

  test.each([
    ['in the header', form({}, { authorization: basic(ID, 's:+ /ü') })],
    ['in the header, the scheme in small letters', form({}, { authorization: basic(ID, 's:+ /ü').replace('B', 'b') })],
    ['in the form', form({ client_id: ID, client_secret: 's:+ /ü' })],
    [
      'in both, when they are equal',
      form({ client_id: ID, client_secret: 's:+ /ü' }, { authorization: basic(ID, 's:+ /ü') }),
    ],
    ['in the header, with the id in the form too', form({ client_id: ID }, { authorization: basic(ID, 's:+ /ü') })],
    ['with the one scope', form({ client_id: ID, client_secret: 's:+ /ü', scope: 'scim' })],
    ['with what nobody knows', form({ client_id: ID, client_secret: 's:+ /ü', resource: 'x', audience: 'y' })],
    ['with a charset', form({ client_id: ID, client_secret: 's:+ /ü' }, { contentType: `${FORM}; charset=UTF-8` })],
    ['with an empty scope', form({ client_id: ID, client_secret: 's:+ /ü', scope: '' })],
  ])('takes a secret %s', (_, request) => {
    expect(parseTokenRequest(request)).toEqual(secret)
  })

  test('takes an assertion, whose subject names the client where the form does not', () => {
    const own = claims({ iss: ID, sub: ID })
    const expected = { clientId: ID, proof: { kind: 'assertion', assertion: own } }
    const asked = { client_assertion: own, client_assertion_type: JWT }
    expect(parseTokenRequest(form(asked))).toEqual(expected)
    expect(parseTokenRequest(form({ ...asked, client_id: ID }))).toEqual(expected)
  })

  test.each([
    [
      form({}),
      [
        401,
        'invalid_client',
        'No credentials were sent: use Basic, client_id with client_secret, or client_id with client_assertion',
      ],
    ],
    [
      form({ client_id: ID }),
      [
        401,
        'invalid_client',
        'No credentials were sent: use Basic, client_id with client_secret, or client_id with client_assertion',
      ],
    ],
    [
      form({}, { authorization: 'Bearer x' }),
      [401, 'invalid_client', 'Cannot read the header Authorization: send Basic with client id and secret'],
    ],
    [
      form({}, { authorization: `Basic ${Buffer.from('%:%').toString('base64')}` }),
      [401, 'invalid_client', 'Cannot read the header Authorization: send Basic with client id and secret'],
    ],
    [
      form({ client_id: ID, client_secret: 'b' }, { authorization: basic(ID, 'a') }),
      [400, 'invalid_request', 'Two different credentials were sent: use the header Authorization or the form'],
    ],
    [
      form({ grant_type: 'authorization_code' }),
      [400, 'unsupported_grant_type', 'The only grant type is client_credentials'],
    ],
    [
      form({ grant_type: '' }),
      [400, 'invalid_request', 'The parameter grant_type is missing: send grant_type=client_credentials'],
    ],
    [
      form({ client_id: ID, client_secret: 'a', scope: 'scim admin' }),
      [400, 'invalid_scope', 'The only scope is scim'],
    ],
    [
      form({}, { contentType: 'application/json', body: '{}' }),
      [400, 'invalid_request', `The body is no form: send Content-Type ${FORM}`],
    ],
    [form({}, { contentType: undefined }), [400, 'invalid_request', `The body is no form: send Content-Type ${FORM}`]],
    [
      form({}, { body: 'grant_type=client_credentials&client_id=a&client_id=b' }),
      [400, 'invalid_request', 'A parameter is given twice: client_id'],
    ],
    [
      form({}, { body: 'grant_type=client_credentials&%0d%0a=1&%0d%0a=2' }),
      [400, 'invalid_request', 'A parameter is given twice'],
    ],
    [form({ x: 'x'.repeat(20_000) }), [400, 'invalid_request', 'The body is larger than 16384 bytes']],
    [
      form({ client_assertion: claims({}), client_assertion_type: 'saml' }),
      [400, 'invalid_request', `An assertion needs both client_assertion and client_assertion_type=${JWT}`],
    ],
    [
      form({ client_assertion_type: JWT }),
      [400, 'invalid_request', `An assertion needs both client_assertion and client_assertion_type=${JWT}`],
    ],
    [
      form({ client_assertion: claims({ iss: 'a', sub: 'b' }), client_assertion_type: JWT }),
      [400, 'invalid_request', 'The client is not named: send client_id'],
    ],
    [
      form({ client_assertion: 'no', client_assertion_type: JWT, client_secret: 's' }),
      [400, 'invalid_request', 'An assertion and a secret were sent: use one of them'],
    ],
  ])('refuses %o', (request, expected) => {
    expect(refusalOf(request)).toEqual(expected)
  })

  test('says of any request what it is or why it is none, in characters a description may have', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 })
    const pairs = fc.array(
      fc.tuple(fc.oneof(text, fc.constantFrom('grant_type', 'client_id', 'client_secret', 'scope')), text),
    )
    const request = fc.record({
      contentType: fc.oneof(fc.constant(FORM), text),
      authorization: fc.option(
        fc.oneof(
          text,
          text.map((word) => `Basic ${btoa(encodeURIComponent(word))}`),
        ),
        { nil: undefined },
      ),
      body: pairs.map((list) => new URLSearchParams(list).toString()),
    })
    fc.assert(
      fc.property(request, (asked) => {
        const refusal = refusalOf(asked)
        if (refusal) expect(String(refusal[2])).toMatch(/^[ !#-[\]-~]+$/)
      }),
    )
  })
})
