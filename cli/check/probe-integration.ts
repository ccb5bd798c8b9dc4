import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import type { IssuedToken } from '../../shared/resources/views/token.ts'
import type { Api } from '../api.ts'
import type { Session } from '../command.ts'
import { Failure } from '../failure.ts'
import { integrationPath, tokenPath } from '../integrations.ts'
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
  const path = integrationPath(name, 'tokens')
  const issued = await api
    .call<IssuedToken>({ method: 'POST', path, body: { name: OWN_NAME, life: '1h' } })
    .catch(toFailure)
  if (issued instanceof Failure) return [toDo('Probes', issued.message, hint(`check ${name} --token-file PATH`))]
  try {
    return await work(issued.token)
  } finally {
    terminal.tell(await endOwnToken(api, issued.tokenId, hint))
  }
}

/** Takes the token away; where that fails, what was found is told all the same, and how the token is ended. */
async function endOwnToken(api: Api, tokenId: string, hint: Session['hint']): Promise<string> {
  try {
    await api.call({ method: 'DELETE', path: tokenPath(tokenId) })
    return `Probed with a token called "${OWN_NAME}", which is revoked again`
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const command = hint(`token revoke ${tokenId}`)
    return `The token "${OWN_NAME}" was not revoked (${error.message}) and ends in an hour, or with "${command}"`
  }
}

/** That it may have no further token is a finding. @throws what else went wrong. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure && error.status === 409) return error
  throw error
}
