/** Which identity provider an integration serves; decides a few presentation details (docs/architecture.md). */
export const CLIENT_KINDS = ['OKTA', 'AZURE', 'GENERIC'] as const
export type ClientKind = (typeof CLIENT_KINDS)[number]
