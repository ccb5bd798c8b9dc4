import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { planOf, type Step } from '../../infra/cdk/plan.ts'
import { runSteps } from '../../infra/cdk/run.ts'
import { ConfigError } from '../../infra/config/config.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const TWO = { stages: { prod: {}, staging: { memoryMb: 1024 } } }
const FREE = { terminationProtection: false, keepTable: false }
const argsOf = (...plan: Parameters<typeof planOf>) => planOf(...plan).map(({ args }) => args)
const TAKEN_OVER = {
  ...{ terminationProtection: false, tableName: 'kept' },
  tableStreamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/kept/stream/2026-11-27T08:00:00.000',
}
const PROD = ['--context', 'stage=prod']

describe('planOf()', () => {
  test('names the stage, and passes on the rest', () => {
    const args = ['--stage', 'staging', '-c', 'memoryMb=2048', '--require-approval', 'never', '--profile', 'ops', '-e']
    expect(argsOf('deploy', args, TWO, {})).toEqual([
      [
        ...['deploy', '--context', 'stage=staging', '--context', 'memoryMb=2048', '--profile', 'ops'],
        ...['--require-approval', 'never', '-e'],
      ],
    ])
    expect(argsOf('diff', ['--stage=prod', '--strict'], TWO, {})).toEqual([['diff', ...PROD, '--strict']])
  })

  test('takes the only stage, or the one of the environment', () => {
    expect(argsOf('deploy', [], {}, {})).toEqual([['deploy', ...PROD]])
    expect(argsOf('deploy', [], TWO, { ROLECALL_STAGE: 'prod' })).toEqual([['deploy', ...PROD]])
    expect(argsOf('synth', [], TWO, {})).toEqual([['synth', '--quiet', ...PROD]])
    expect(argsOf('deploy', ['-c', 'stage=prod'], TWO, {})).toEqual([['deploy', ...PROD]])
    expect(argsOf('deploy', ['--stage', 'prod', '-c', 'stage=staging'], TWO, {})).toEqual([['deploy', ...PROD]])
  })

  test('looks at what is deployed before it deletes anything', () => {
    const args = ['--stage', 'prod', '--profile', 'ops', '--force']
    const [look, destroy] = planOf('destroy', args, { stages: { prod: FREE } }, {})
    const all = ['diff', '--method=template', ...PROD, '--profile', 'ops']
    expect(look).toEqual({
      args: [...all, '--fail'],
      otherwise:
        'Nothing is deleted: what is deployed as "rolecall" could not be compared with what the configuration says; the reason is above',
      unless: {
        args: [...all, '--no-fail'],
        says: 'Nothing is deleted: what is deployed as "rolecall" is not what the configuration says, so the table could be kept or lost by accident. The differences are above; if they are meant, npm run deploy -- --stage prod first',
      },
    })
    expect(destroy).toEqual({ args: ['destroy', ...PROD, '--profile', 'ops', '--force'] })
  })

  test('looks whether a stack that takes a table over would delete its own', () => {
    const [look, deploy, ...more] = planOf('deploy', ['--profile', 'ops'], TAKEN_OVER, {})
    expect(look).toMatchObject({ args: ['diff', '--method=template', ...PROD, '--profile', 'ops', '--no-fail'] })
    expect([deploy?.args, more]).toEqual([['deploy', ...PROD, '--profile', 'ops'], []])
    const line = look?.mayNotSay?.line ?? /^$/
    const said = (end: string) =>
      `Resources\n[-] AWS::DynamoDB::GlobalTable Service/Storage/Table ServiceStorageTable4BD708F4 ${end}\n[-] AWS::SQS::Queue Q Q destroy\n`
    expect([line.test(said('destroy')), line.test(said('orphan')), line.test('')]).toEqual([true, false, false])
    expect(look?.mayNotSay?.says).toBe(
      'Nothing is deployed: "rolecall" has a table of its own, which would be deleted with all that is in it, since it was deployed with keepTable false. Take out tableName and tableStreamArn, set keepTable to true, npm run deploy -- --stage prod; then take "kept" over',
    )
  })

  const REGIONS = { ...FREE, regions: ['eu-central-1', 'eu-west-1'] }

  test('deploys and deletes all stacks of two regions, in the order that the CDK knows', () => {
    expect(argsOf('synth', [], REGIONS, {})).toEqual([['synth', '--quiet', ...PROD]])
    expect(argsOf('diff', [], REGIONS, {})).toEqual([['diff', ...PROD]])
    expect(argsOf('deploy', ['--strict'], REGIONS, {})).toEqual([['deploy', '--all', ...PROD, '--strict']])
    expect(argsOf('destroy', ['--stage', 'prod'], REGIONS, {})).toEqual([
      ['diff', '--method=template', ...PROD, '--fail'],
      ['destroy', '--all', ...PROD],
    ])
  })

  test('takes the stack of one region alone, and deletes the second without asking for the table', () => {
    const second = ['rolecall-eu-west-1', '--exclusively', ...PROD]
    expect(argsOf('deploy', ['--region', 'eu-west-1'], REGIONS, {})).toEqual([['deploy', ...second]])
    expect(argsOf('diff', ['--region=eu-central-1'], REGIONS, {})).toEqual([
      ['diff', 'rolecall', '--exclusively', ...PROD],
    ])
    const args = ['--stage', 'prod', '--region', 'eu-west-1']
    expect(argsOf('destroy', args, { ...REGIONS, keepTable: undefined }, {})).toEqual([
      ['diff', 'rolecall-eu-west-1', '--exclusively', '--method=template', ...PROD, '--fail'],
      ['destroy', ...second],
    ])
  })

  const TABLE =
    'Nobody has said what becomes of the table of "rolecall": set keepTable to true, and it stays with all that is in it, or to false, and it is deleted with the stack; then npm run deploy -- --stage prod'
  const PROTECTED =
    'The stack "rolecall" is protected: set terminationProtection to false for the stage prod, then npm run deploy -- --stage prod'

  test.each<[string, Parameters<typeof planOf>, string[]]>([
    [
      'a deployment without a stage where there are several',
      ['deploy', [], TWO, {}],
      ['Say which stage: npm run deploy -- --stage prod, or --stage staging'],
    ],
    [
      'deleting what is not called by its name',
      ['destroy', [], FREE, {}],
      ['Say which stage: npm run destroy -- --stage prod'],
    ],
    ['deleting a stack as it is by default', ['destroy', ['--stage', 'prod'], {}, {}], [PROTECTED, TABLE]],
    ['keeping a table by accident', ['destroy', ['--stage', 'prod'], { terminationProtection: false }, {}], [TABLE]],
    ['deleting a protected stack', ['destroy', ['--stage', 'prod'], { keepTable: true }, {}], [PROTECTED]],
    [
      'deleting the table of two regions with the stack of one',
      ['destroy', ['--stage', 'prod', '--region', 'eu-central-1'], REGIONS, {}],
      [
        'The stack of eu-central-1 has the table of both regions: leave --region out, and both are deleted, eu-west-1 first',
      ],
    ],
    [
      'a region that is not there',
      ['deploy', ['--region', 'eu-west-2'], REGIONS, {}],
      ['There is no region "eu-west-2" in regions of the stage prod: eu-central-1, eu-west-1'],
    ],
    [
      'a region where none is named',
      ['deploy', ['--region', 'eu-west-2'], {}, {}],
      ['There is no region "eu-west-2" in regions of the stage prod: none is named'],
    ],
    [
      'a stage that is not there',
      ['diff', ['--stage', 'dev'], TWO, {}],
      ['There is no stage "dev" in rolecall.config.ts: prod, staging'],
    ],
    [
      'what is misspelt',
      ['synth', ['-c', 'eventRetention=7'], {}, { ROLECALL_EVENT_RETENTION: '7', ROLECALL_URL: 'https://x' }],
      [
        'There is no setting -c eventRetention: docs/deploy.md lists them',
        'There is no setting ROLECALL_EVENT_RETENTION: docs/deploy.md lists them',
      ],
    ],
    [
      'a setting without a value',
      ['synth', ['-c', 'memoryMb'], {}, {}],
      ['Cannot use -c memoryMb: write -c memoryMb=VALUE'],
    ],
    [
      'another app than the one that was looked at',
      ['destroy', ['--stage', 'prod', '--app', 'x'], FREE, {}],
      ['Cannot use --app: the app is infra/app.ts, in cdk.json'],
    ],
    [
      'a wrong value on the command line',
      ['synth', ['-c', 'memoryMb=1'], {}, {}],
      ['Cannot use memoryMb 1 (-c memoryMb): a number of MB from 256 to 10240'],
    ],
  ])('refuses %s', (_what, plan, sentences) => {
    expect(() => planOf(...plan)).toThrow(new ConfigError(sentences))
  })

  test('a table that was taken over is no accident', () => {
    expect(planOf('destroy', ['--stage', 'prod'], TAKEN_OVER, {})).toHaveLength(2)
  })
})

test.each([
  ['destroy', [], 'Say which stage: npm run destroy -- --stage prod\n'],
  ['deploy', ['--stage', 'nowhere'], 'There is no stage "nowhere" in rolecall.config.ts: prod\n'],
  ['undeploy', [], 'There is no command "undeploy": synth, diff, deploy, destroy\n'],
])('%s %j ends with its sentence, and asks nothing of AWS', (command, args, stderr) => {
  const result = spawnSync(process.execPath, ['infra/cdk/main.ts', command, ...args], {
    ...{ cwd: ROOT, encoding: 'utf8', env: { PATH: process.env.PATH } },
  })
  expect([result.status, result.stdout, result.stderr]).toEqual([1, '', stderr])
})

describe('runSteps()', () => {
  /** A command that ends with the code of its first argument, having said the second. */
  function given() {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-cdk-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const cdk = join(folder, 'cdk.mjs')
    writeFileSync(cdk, 'process.stderr.write(process.argv[3] ?? "")\nprocess.exitCode = Number(process.argv[2])')
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => said.mockRestore())
    return (...steps: Step[]) => {
      said.mockClear()
      return [runSteps(steps, { cdk, cwd: folder }), said.mock.calls.map(([text]) => text).join('')]
    }
  }
  const unless = (code: string) => ({ args: [code], says: 'it differs' })

  test('tells a difference from whatever else can go wrong, and goes on after neither', () => {
    const run = given()
    const never = { args: ['7'], otherwise: 'not reached' }
    expect(run({ args: ['1'], otherwise: 'it failed', unless: unless('0') }, never)).toEqual([1, 'it differs\n'])
    expect(run({ args: ['1'], otherwise: 'it failed', unless: unless('1') }, never)).toEqual([1, 'it failed\n'])
    expect(run({ args: ['0'], otherwise: 'it failed', unless: unless('0') }, { args: ['3'] })).toEqual([3, ''])
  })

  test('shows nothing of a look, and stops where it says what it may not, or fails', () => {
    const run = given()
    const mayNotSay = { line: /^gone$/m, says: 'a table would go' }
    const last = { args: ['0'] }
    expect(run({ args: ['0', 'all\nis well'], mayNotSay }, last)).toEqual([0, ''])
    expect(run({ args: ['0', 'all\ngone'], mayNotSay }, { args: ['7'] })).toEqual([1, 'a table would go\n'])
    expect(run({ args: ['5', 'no rights;'], otherwise: 'not seen', mayNotSay }, last)).toEqual([
      5,
      'no rights;not seen\n',
    ])
  })
})
