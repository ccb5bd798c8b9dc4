import type { Facts } from './facts.ts'
import type { Part } from './parts.ts'

/** What people call the kinds of clients that have a name of their own. */
const KINDS: Readonly<Record<string, string>> = { OKTA: 'Okta', AZURE: 'Entra' }
/** Callers without a name of their own. */
const OTHERS: Readonly<Record<string, string>> = {
  'lambda:InvokeFunction': 'Somebody who invoked the function',
  rolecall: 'Rolecall',
}

/**
 * Who made a request: an integration by its kind where it is the only one of that kind, else by its name; an
 * administrator by the last segment of the ARN.
 */
export function actorOf({ row, known: { integrations = [] } }: Facts): Part {
  const { ACTOR_NAME: name, ACTOR_DOMAIN: domain, EVENT_TYPE: type } = row
  if (type === 'SCIM') {
    const integration = String(domain ?? '') || 'Somebody'
    return { is: 'actor', text: kindName(integration, integrations) ?? integration, name: integration }
  }
  const principal = String(name ?? '') || 'Somebody'
  return { is: 'actor', text: shortName(principal), name: principal }
}

function kindName(name: string, integrations: readonly { name: string; clientKind: string }[]): string | undefined {
  const kind = integrations.find((other) => other.name === name)?.clientKind
  const isOnly = integrations.filter(({ clientKind }) => clientKind === kind).length === 1
  return kind !== undefined && isOnly && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
}

function shortName(principal: string): string {
  if (Object.hasOwn(OTHERS, principal)) return OTHERS[principal] as string
  return (principal.startsWith('arn:') && principal.split('/').at(-1)) || principal
}
