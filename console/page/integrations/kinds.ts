import type { IntegrationView } from '../../../shared/resources/views/integration.ts'

type Kind = IntegrationView['clientKind']

/** What kinds of identity providers are called. */
const KIND_NAMES: Readonly<Record<Kind, string>> = { OKTA: 'Okta', AZURE: 'Entra', GENERIC: 'Custom' }

/** How an integration is headed: by its kind where it is the only one of it, else by its own name. */
export function headingOf({ name, clientKind }: IntegrationView, all: readonly IntegrationView[]): string {
  if (clientKind === 'GENERIC') return name
  return all.filter((one) => one.clientKind === clientKind).length === 1 ? KIND_NAMES[clientKind] : name
}

/** What stands below the heading: the name, or the kind where that is the heading already. */
export const subheadingOf = ({ name, clientKind }: IntegrationView, heading: string): string =>
  heading === name ? KIND_NAMES[clientKind] : name

export const kindName = (kind: Kind): string => KIND_NAMES[kind]
