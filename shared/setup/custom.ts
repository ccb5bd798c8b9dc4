import type { Guide } from './guide.ts'

/** What every client needs, whatever its fields are called. */
export const CUSTOM: Guide = {
  title: 'your client',
  ...{ kind: 'GENERIC', integration: 'GENERIC_PROVISIONING', role: 'GENERIC_SCIM_PROVISIONER' },
  ...{ oauth: true, firstRequestMinutes: 30 },
  steps: [
    {
      go: ['Provisioning'],
      called: ['SCIM', 'Directory sync', 'Lifecycle management'],
      fields: [
        {
          ...{ label: 'SCIM base URL', called: ['URL', 'endpoint', 'SCIM URL', 'Tenant URL'], value: '{baseUrl}' },
          note: 'The whole of it, without a slash at its end.',
        },
        { label: 'SCIM Version', value: '2.0' },
        {
          only: 'token',
          label: 'SCIM Authorization Method',
          called: ['Authentication', 'auth mode'],
          value: 'Bearer Token',
        },
        {
          ...{ only: 'token', label: 'Token', called: ['Bearer token', 'Access token', 'API token'], value: '{token}' },
          note: 'The token alone where the field adds the scheme; where a whole header is asked for: Authorization: Bearer and a blank before it.',
        },
        { only: 'oauth', label: 'Token endpoint', called: ['Token URL', 'Access token URL'], value: '{tokenEndpoint}' },
        { only: 'oauth', label: 'Client id', value: '{clientId}' },
        { only: 'oauth', label: 'Client secret', value: '{clientSecret}' },
        { only: 'oauth', label: 'Scope', value: 'scim', note: 'May be left out.' },
      ],
    },
    { go: ['Assignments'], note: 'People first, then groups.' },
  ],
  forgotten: ['Provisioning must be switched on, and somebody be in its scope.'],
}
