import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLocalCredentials } from '../../local/credentials.ts'
import { runCli } from '../factories/cli.ts'
import { withSystem } from '../factories/system.ts'

const system = withSystem()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-oauth-'))
  writeLocalCredentials(system.adminUrl, system.credentials, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await runCli([...args, '--data-dir', folder])
  return { code, stdout, stderr }
}
async function cliJson(...args: string[]) {
  const { code, stdout, stderr } = await cli(...args, '--output', 'json')
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
  return JSON.parse(stdout)
}
const newIntegration = (name: string) => cliJson('integration', 'create', name, '--kind', 'GENERIC')
async function newClient(name: string) {
  await newIntegration(name)
  return cliJson('integration', 'oauth', 'enable', name)
}

describe('rolecall integration oauth', () => {
  test('shows a secret once, and to a script nothing else', async () => {
    await newIntegration('ONCE')
    const { code, stdout, stderr } = await cli('integration', 'oauth', 'enable', 'ONCE')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^rolecall_\w+$/)])
    expect(stderr).toContain(`${system.adminUrl}/oauth2/token`)
    const shown = await cli('integration', 'oauth', 'show', 'once')
    expect(shown.stdout).toMatch(/Secret +made \S+, has no end/)
    expect(shown.stdout).not.toContain(stdout.split('_')[2])
  })

  test('writes a secret to a file of its owner, and shows nothing', async () => {
    await newIntegration('TO_FILE')
    const path = join(folder, 'client.secret')
    const { code, stdout } = await cli('integration', 'oauth', 'enable', 'TO_FILE', '--output-file', path)
    expect([code, stdout]).toEqual([0, ''])
    expect(readFileSync(path, 'utf8')).toMatch(/^rolecall_\w+\n$/)
  })

  test('makes one client for an integration, and another once that is gone', async () => {
    const { clientId } = await newClient('TWICE')
    expect(await cli('integration', 'oauth', 'enable', 'TWICE')).toMatchObject({
      code: 1,
      stderr: `Integration "TWICE" has the OAuth client ${clientId} already: rotate its secret, or disable it first (409)`,
    })
    expect(await cli('integration', 'oauth', 'disable', 'twice', '--dry-run')).toEqual({
      code: 0,
      stdout: `TWICE would have no OAuth client any more; ${clientId} has 1 secret, 0 trusts, and its access tokens`,
      stderr: 'Nothing was changed',
    })
    expect((await cliJson('integration', 'oauth', 'show', 'twice')).clientId).toBe(clientId)
    expect(await cli('integration', 'oauth', 'disable', 'twice')).toEqual({
      ...{ code: 0, stdout: 'TWICE has no OAuth client any more', stderr: '' },
    })
    expect(await cli('integration', 'oauth', 'show', 'twice')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'Integration "TWICE" has no OAuth client: make one with "rolecall integration oauth enable TWICE" (404)',
    })
    expect((await cliJson('integration', 'oauth', 'enable', 'TWICE')).clientId).not.toBe(clientId)
    await cli('integration', 'create', 'E', '--kind', 'GENERIC', '--account', 'emea')
    expect((await cli('integration', 'oauth', 'show', 'E', '--account', 'emea')).stderr).toBe(
      'Integration "E" has no OAuth client: make one with "rolecall integration oauth enable E --account emea" (404)',
    )
  })

  test('rotates a secret, and says until when the old one works', async () => {
    const { clientId } = await newClient('ROTATED')
    const rotated = await cliJson('integration', 'oauth', 'rotate', 'ROTATED', '--overlap', '2d')
    expect([rotated.clientId, rotated.secrets.length]).toEqual([clientId, 2])
    expect(Date.parse(rotated.secrets[1].endsAt) - Date.parse(rotated.secrets[0].createdAt)).toBe(2 * 86_400_000)
    expect(await cli('integration', 'oauth', 'rotate', 'ROTATED', '--overlap', '31d')).toEqual({
      ...{ code: 1, stdout: '' },
      stderr:
        'Cannot read overlap "31d": expected how long the old secret works on: a number and m, h or d, at most 30d, such as 7d (400)',
    })
  })

  test('registers public keys from a file or an address, and takes them away', async () => {
    await newClient('KEYS')
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const file = join(folder, 'client.jwks.json')
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }))
    const keys = (...args: string[]) => cliJson('integration', 'oauth', 'keys', 'KEYS', ...args)
    expect((await keys('--file', file)).keys).toMatchObject([{ kid: 'k1', kty: 'EC' }])
    const fromAddress = await keys('--jwks-uri', 'https://idp.example.com/jwks')
    expect([fromAddress.keys, fromAddress.jwksUri]).toEqual([undefined, 'https://idp.example.com/jwks'])
    expect((await keys('--remove')).jwksUri).toBeUndefined()
    const again = await cli('integration', 'oauth', 'keys', 'KEYS', '--remove')
    expect([again.code, again.stderr]).toEqual([0, 'Nothing has changed: all of it was so already'])
    expect(
      await cli('integration', 'oauth', 'keys', 'KEYS', '--jwks-uri', 'http://169.254.169.254/jwks'),
    ).toMatchObject({
      code: 1,
      stderr:
        'Cannot read jwksUri "http://169.254.169.254/jwks": an https:// address with a public host name, without user, port or fragment (400)',
    })
  })

  test('registers public keys of a PEM, which have no key id', async () => {
    await newClient('PEM_KEYS')
    const pems = await Promise.all(
      ['ES256', 'RS256'].map(async (alg) => exportSPKI((await generateKeyPair(alg, { extractable: true })).publicKey)),
    )
    const file = join(folder, 'k.pub')
    writeFileSync(file, pems.join('\n'))
    const { keys } = await cliJson('integration', 'oauth', 'keys', 'PEM_KEYS', '--file', file)
    const parts = keys.map((key: object) => Object.keys(key).sort())
    expect(parts).toEqual([
      ['crv', 'kty', 'x', 'y'],
      ['e', 'kty', 'n'],
    ])
  })

  const RULE =
    'expected a public key as a JWK with kty RSA (2048 bits or more), EC (P-256) or OKP (Ed25519), and no private part'
  const A_FILE = 'expected a JWK, a set of them (JWKS), or a PEM of public keys'
  const jwkOf = async (alg: string, side: 'privateKey' | 'publicKey', options = {}) =>
    exportJWK((await generateKeyPair(alg, { extractable: true, ...options }))[side])
  const cut = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n'
  const short = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })

  test.each<[string, () => Promise<unknown>, (file: string) => string]>([
    [
      'a private JWK',
      () => jwkOf('ES256', 'privateKey'),
      (file) => `Cannot use ${file}: it has a private part, which stays with its client; ${RULE}`,
    ],
    [
      'a private PEM',
      async () => exportPKCS8((await generateKeyPair('EdDSA', { extractable: true })).privateKey),
      (file) => `Cannot use ${file}: it is a private key; name its public one: openssl pkey -in ${file} -pubout`,
    ],
    [
      'a symmetric key',
      async () => ({ kty: 'oct', k: 'c2VjcmV0' }),
      (file) => `Cannot use ${file}: it is a symmetric key, which is a secret of two; ${RULE}`,
    ],
    [
      'what is no JWK, behind one that is',
      async () => ({ keys: [await jwkOf('ES256', 'publicKey'), { n: 'x' }] }),
      (file) => `Cannot use key 2 of ${file}: it is no JWK, since it has no kty; ${RULE}`,
    ],
    [
      'a JWK that is none',
      async () => ({ kty: 'EC', crv: 'P-256', x: 'x' }),
      (file) => `Cannot use ${file}: it is no key that can be read; ${RULE}`,
    ],
    ['a key that is too short', async () => short(), (file) => `Cannot use ${file}: it has 1024 bits; ${RULE}`],
    [
      'a key of another curve',
      () => jwkOf('ES384', 'publicKey'),
      (file) => `Cannot use ${file}: its curve is secp384r1; ${RULE}`,
    ],
    ['neither JSON nor PEM', async () => 'ssh-ed25519 AAAA', (file) => `Cannot read keys from ${file}: ${A_FILE}`],
    [
      'a PEM that is cut',
      async () => cut,
      (file) => `Cannot read keys from ${file}: its PUBLIC KEY cannot be read; ${A_FILE}`,
    ],
  ])('takes no file with %s, and says so', async (_what, make, expected) => {
    const content = await make()
    const file = join(folder, 'wrong.key')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    expect(await cli('integration', 'oauth', 'keys', 'ANY', '--file', file)).toEqual({
      ...{ code: 1, stdout: '', stderr: expected(file) },
    })
  })

  test('a trust is added, replaced and removed by issuer and subject', async () => {
    await newClient('TRUSTING')
    const who = ['--issuer', 'https://login.microsoftonline.com/t/v2.0', '--subject', 'oid']
    const uri = ['--jwks-uri', 'https://login.microsoftonline.com/t/discovery/v2.0/keys']
    const trust = (...args: string[]) => cliJson('integration', 'oauth', 'trust', 'TRUSTING', ...who, ...args)
    expect((await trust('--audience', 'a', ...uri)).trusts).toHaveLength(1)
    expect((await trust('--audience', 'b', '--audience', 'c', ...uri)).trusts).toMatchObject([
      { audiences: ['b', 'c'] },
    ])
    expect((await trust('--remove')).trusts).toEqual([])
    expect(await cli('integration', 'oauth', 'trust', 'TRUSTING', ...who, '--remove')).toMatchObject({
      code: 1,
      stderr: 'Cannot remove the trust in "https://login.microsoftonline.com/t/v2.0" and "oid": there is none (400)',
    })
  })
})
