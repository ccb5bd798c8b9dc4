import type { IntegrationView } from '../../shared/resources/present-integration.ts'
import type { IssuedToken } from '../../shared/resources/token-view.ts'
import type { Session } from '../command.ts'
import { Failure } from '../failure.ts'
import { type Finding, toDo } from './finding.ts'
import { judgeProbe } from './judge-probe.ts'
import { PROBES, sendProbe } from './probes.ts'
import { parsePasted } from './token-form.ts'
import { OWN_NAME } from './tokens.ts'

/** What was pasted into the console, as far as it was given. */
export interface Pasted {
  baseUrl?: string | undefined
  token?: string | undefined
}

/** Sends what the provider's test sends, with the token that was pasted, else with one that ends with the last probe. */
export async function probeIntegration(session: Session, view: IntegrationView, pasted: Pasted): Promise<Finding[]> {
  const url = baseUrlOf(session, pasted)
  if (pasted.token === undefined) return withOwnToken(session, view, (token) => sendAll(url, token, view))
  const { token } = parsePasted(pasted.token)
  return token ? sendAll(url, token, view) : []
}

/** No other host gets to see a token. */
function baseUrlOf({ api }: Session, { baseUrl = '' }: Pasted): string {
  return URL.parse(baseUrl)?.origin === new URL(api.url).origin ? baseUrl : `${api.url}/scim/v2`
}

async function sendAll(url: string, token: string, { clientKind }: IntegrationView): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const probe of PROBES[clientKind]()) findings.push(judgeProbe(probe, await sendProbe(url, token, probe)))
  return findings
}

async function withOwnToken(
  { api, terminal, hint }: Session,
  { name }: IntegrationView,
  work: (token: string) => Promise<Finding[]>,
): Promise<Finding[]> {
  const path = ['admin', 'integrations', name, 'tokens']
  const issued = await api
    .call<IssuedToken>({ method: 'POST', path, body: { name: OWN_NAME, life: '1h' } })
    .catch(toFailure)
  if (issued instanceof Failure) return [toDo('Probes', issued.message, hint(`check ${name} --token-file PATH`))]
  try {
    return await work(issued.token)
  } finally {
    await api.call({ method: 'DELETE', path: ['admin', 'tokens', issued.tokenId] })
    terminal.tell(`Probed with a token called "${OWN_NAME}", which is revoked again`)
  }
}

/** That it may have no further token is a finding. @throws what else went wrong. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure && error.status === 409) return error
  throw error
}
