import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { signRequest } from '../../shared/auth/sigv4.ts'
import { PATCH_OP } from '../../shared/scim/patch/patch-op.ts'
import type { SeededIntegration } from '../seed.ts'
import type { System } from '../system.ts'
import { DRIFTED, FIRST_SYNC, NOT_OURS, ORDINARY_DAY, oktaExport } from './cast.ts'
import { type Conversation, hold, type Step } from './conversation.ts'

/** What the demo needs of a running system. */
export type DemoSystem = Pick<System, 'baseUrl' | 'adminUrl' | 'tokens' | 'credentials'>

export interface DemoOptions {
  /** Milliseconds between two requests. */
  paceMs: number
  /** Where the export for the drift report is written. */
  folder: string
  /** Says what happens. */
  tell: (line: string) => void
  signal: AbortSignal
}

/** Okta sends its steps as this type of body. */
const SCIM_JSON = 'application/scim+json'
const EXPORT_FILE = 'demo-okta-export.csv'

/**
 * Plays what happens on a few days, slowly enough to watch: the recorded conversations of Okta and Entra, a first sync, a
 * refused change, a refused token, and a change by hand that the drift report finds. Ends early on `signal`.
 * @throws {Error} when the system answers otherwise than it should.
 */
export async function playDemo(system: DemoSystem, options: DemoOptions): Promise<void> {
  const { tell, folder } = options
  const saved = new Map<string, string>()
  const scenes: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'Okta tests the connection and syncs eight people and three groups',
      () => play(system, options, okta(FIRST_SYNC), saved),
    ],
    ["A user's life at Okta, as it was recorded", () => play(system, options, recorded('okta'))],
    ["A user's life at Entra, as it was recorded", () => play(system, options, recorded('entra'))],
    ['An ordinary day at Okta', () => play(system, options, okta(ORDINARY_DAY), saved)],
    ['Entra meets a user who belongs to Okta, and is refused', () => play(system, options, entra(NOT_OURS), saved)],
    ['Somebody calls with a token that opens nothing', () => callUnknown(system, options)],
    ['An administrator changes somebody by hand', () => changeByHand(system, options)],
  ]
  for (const [title, run] of scenes) {
    if (options.signal.aborted) return
    tell(title)
    await run()
  }
  const file = join(folder, EXPORT_FILE)
  writeFileSync(file, oktaExport())
  tell(`That was all. For the drift report there is an export of Okta to drop on the console's page Drift: ${file}`)
}

/** Takes away what the demo left. */
export const removeDemo = (folder: string): void => rmSync(join(folder, EXPORT_FILE), { force: true })

const okta = (steps: readonly Step[]): Conversation => ({ client: 'OKTA', contentType: SCIM_JSON, steps: [...steps] })
const entra = (steps: readonly Step[]): Conversation => ({ client: 'AZURE', contentType: SCIM_JSON, steps: [...steps] })
const recorded = (name: string): Conversation =>
  JSON.parse(readFileSync(new URL(`./${name}-lifecycle.json`, import.meta.url), 'utf8'))

/** Whose token a conversation uses. */
const INTEGRATION_OF: Readonly<Record<Conversation['client'], SeededIntegration>> = {
  ...{ OKTA: 'OKTA_PROVISIONING', AZURE: 'AZURE_PROVISIONING', GENERIC: 'GENERIC_PROVISIONING' },
}

async function play(
  { baseUrl, tokens }: DemoSystem,
  { paceMs, tell, signal }: DemoOptions,
  conversation: Conversation,
  saved?: Map<string, string>,
): Promise<void> {
  const token = tokens[INTEGRATION_OF[conversation.client]] ?? ''
  for await (const { step, status, text } of hold(conversation, baseUrl, token, saved)) {
    tell(`  ${status} ${step.why}`)
    if (status !== step.expect.status)
      throw new Error(`The demo expected ${step.expect.status}, not ${status}: ${text}`)
    await pause(paceMs, signal)
    if (signal.aborted) return
  }
}

/** A request whose token has the right form and is nobody's. */
async function callUnknown({ baseUrl, tokens }: DemoSystem, { paceMs, tell, signal }: DemoOptions): Promise<void> {
  const token = (tokens.OKTA_PROVISIONING ?? '').replace(/.{8}$/, 'AAAAAAAA')
  const { status } = await fetch(`${baseUrl}/Users?count=1`, { headers: { authorization: `Bearer ${token}` } })
  tell(`  ${status} A token that was not pasted whole`)
  await pause(paceMs, signal)
}

/** What an administrator does with the CLI: `rolecall user alter NAME --set title=...`. */
async function changeByHand({ adminUrl, credentials }: DemoSystem, { tell }: DemoOptions): Promise<void> {
  const { userName, attribute, value } = DRIFTED
  const { region, ...key } = credentials
  const url = `${adminUrl}/admin/users/${encodeURIComponent(userName)}`
  const body = JSON.stringify({ schemas: [PATCH_OP], Operations: [{ op: 'replace', path: attribute, value }] })
  const content = { body, headers: { 'content-type': 'application/json' } }
  const headers = await signRequest({
    method: 'PATCH',
    url,
    service: 'execute-api',
    region,
    credentials: key,
    ...content,
  })
  const { status } = await fetch(url, { method: 'PATCH', headers, body })
  tell(`  ${status} ${attribute} of ${userName} is set to ${value}`)
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {})
