import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { parseSpan, SPAN_RULE } from '../../shared/auth/span.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { ListedToken } from '../../shared/resources/views/token.ts'
import { guideOf } from '../../shared/setup/guides.ts'
import { CHECK_VIEW, EXIT_TO_DO, type Finding } from '../check/finding.ts'
import { judgeRefusals, judgeSilence, judgeUnknownCallers, loadRequests } from '../check/history.ts'
import { probeIntegration } from '../check/probe-integration.ts'
import { judgeBaseUrl, judgePace, judgeSettings } from '../check/settings.ts'
import { judgeGivenToken, judgeTokens } from '../check/tokens.ts'
import { waitForFirst } from '../check/wait.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { Failure, UsageError } from '../failure.ts'
import { optional, someText, toggle, wholeNumber } from '../flags.ts'
import { fetchIntegration, fetchTokens, integrationPath } from '../integrations.ts'
import { showList } from '../output.ts'
import { heldText, loadHeld, transferWords } from '../setup/held.ts'
import { orNothing } from '../setup/plan.ts'

const DEFAULT_USERS = 1000

const CHECK_FLAGS = {
  'token-file': optional('PATH', 'the token as it was pasted, - for standard input (default ROLECALL_TOKEN)', someText),
  'base-url': optional('URL', 'the base URL as it was pasted into the console', someText),
  users: optional(
    'N',
    `for how many users the pace is reckoned (default ${DEFAULT_USERS})`,
    wholeNumber(1, 10_000_000),
  ),
  wait: toggle("then watch for the provider's first request, and say what it did"),
  for: optional('SPAN', 'how long to wait (default: 30m, Entra 45m)', spanMs()),
}
type Values = FlagValues<typeof CHECK_FLAGS>

function spanMs() {
  return z.string().transform((text, context) => {
    const ms = parseSpan(text)
    if (ms !== undefined && ms <= 2 ** 31 - 1) return ms
    context.addIssue(SPAN_RULE)
    return z.NEVER
  })
}

/** Sends what the provider's own test sends, and says what is wrong: exit code 3 where something is to be done. */
export const check: Command = command({
  words: 'check',
  summary: "Send a provider's own connection test, and say what is wrong and what to do",
  operands: [{ name: 'NAME', help: 'the integration, in any letter case' }],
  flags: CHECK_FLAGS,
  examples: [
    'rolecall check OKTA_PROVISIONING --token-file okta.token',
    'rolecall check AZURE_PROVISIONING --base-url "https://scim.example.com/prod/scim/v2?aadOptscim062020"',
    'rolecall check OKTA_PROVISIONING --wait --for 1h',
  ],
  check: ({ wait, for: waitMs }) => {
    if (waitMs !== undefined && !wait) throw new UsageError('--for goes with --wait')
  },
  run: async (session, values, name = '') => {
    const since = new Date()
    const view = await fetchIntegration(session.api, name)
    const findings = await findAll(session, view, values, since)
    await showList(session, CHECK_VIEW, [findings])
    const code = findings.some(({ result }) => result === 'todo') ? EXIT_TO_DO : 0
    if (!values.wait) return code
    const guide = guideOf(view)
    const waitMs = values.for ?? guide.firstRequestMinutes * 60_000
    return (await waitForFirst(session, { view, guide, since, waitMs })) || code
  },
})

async function findAll(session: Session, view: IntegrationView, values: Values, now: Date): Promise<Finding[]> {
  const requests = await loadRequests(session, view.name)
  const callers = await judgeUnknownCallers(session, view)
  const tokens = await fetchTokens(session.api, view.name)
  const pasted = pastedToken(session, values)
  const probes = await probeIntegration(session, view, { baseUrl: values['base-url'], token: pasted })
  return [
    ...judgeBaseUrl(session, view, values['base-url']),
    await judgeToken(session, view, tokens, pasted),
    ...judgeSettings(session, view),
    ...probes,
    judgeSilence(requests, view, now),
    ...(await judgeRefusals(session, view.name, requests, now)),
    ...callers,
    ...(requests.length === 0 ? await judgeNames(session, view) : []),
    judgePace(values.users ?? DEFAULT_USERS),
  ]
}

/** As it is in the console, so that what is wrong with it can be said. @throws {Failure} where the file cannot be read. */
function pastedToken({ terminal }: Session, { 'token-file': path }: Values): string | undefined {
  if (path === undefined) return terminal.env.ROLECALL_TOKEN || undefined
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new Failure(`Cannot read the token from ${path}: ${(cause as Error).message}`, { cause })
  }
}

async function judgeToken(
  session: Session,
  { name }: IntegrationView,
  tokens: readonly ListedToken[],
  pasted: string | undefined,
): Promise<Finding> {
  const issue = session.hint(`token issue ${name}`)
  if (pasted !== undefined) return judgeGivenToken(pasted, tokens, name, issue)
  const client = await orNothing(session.api.call({ path: integrationPath(name, 'oauth') }))
  return judgeTokens(tokens, client !== undefined, issue)
}

/** What a first sync would meet: names of others, and doubles of its own. */
async function judgeNames(session: Session, { role }: IntegrationView): Promise<Finding[]> {
  const check = 'Names'
  const note = (says: string, mend: string): Finding => ({ check, result: 'note', says, mend })
  const held = await loadHeld(session.api, role)
  const doubles = 'Names that differ in letter case alone are one: before the first sync, look for doubles in an export'
  return [
    ...held.map((one) => note(heldText(one), session.hint(transferWords(one, role)))),
    note(doubles, session.hint('drift --users export.csv')),
  ]
}
