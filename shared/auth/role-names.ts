import type { ClientKind } from '../scim/client-kind.ts'

/** Roles that decide over others: no integration may run as one, and no group may have its name (docs/security.md). */
export const RULING_ROLES = [
  'ACCOUNTADMIN',
  'ORGADMIN',
  'GLOBALORGADMIN',
  'SECURITYADMIN',
  'SYSADMIN',
  'USERADMIN',
  'PUBLIC',
] as const

/** The role an integration runs as unless another is named. */
export const DEFAULT_ROLES: Readonly<Record<ClientKind, string>> = {
  OKTA: 'OKTA_PROVISIONER',
  AZURE: 'AAD_PROVISIONER',
  GENERIC: 'GENERIC_SCIM_PROVISIONER',
}
