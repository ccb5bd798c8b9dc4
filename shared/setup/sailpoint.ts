import type { Guide } from './guide.ts'

/** The SCIM 2.0 connector of Identity Security Cloud. */
export const SAILPOINT: Guide = {
  title: 'SailPoint',
  ...{ kind: 'GENERIC', integration: 'SAILPOINT_PROVISIONING', role: 'SAILPOINT_PROVISIONER' },
  ...{ oauth: true, firstRequestMinutes: 30 },
  steps: [
    {
      go: ['Admin', 'Connections', 'Sources', 'Create New', 'SCIM 2.0'],
      fields: [
        { label: 'Host URL', called: ['Base URL'], value: '{baseUrl}', note: 'No slash at its end.' },
        { only: 'token', label: 'Authentication Type', value: 'API Token' },
        { only: 'token', label: 'API Token', value: '{token}', note: 'The token alone, without "Bearer".' },
        { only: 'oauth', label: 'Authentication Type', value: 'OAuth 2.0' },
        { only: 'oauth', label: 'Grant Type', value: 'Client Credentials' },
        { only: 'oauth', label: 'OAuth 2.0 Token URL', value: '{tokenEndpoint}' },
        { only: 'oauth', label: 'Client ID', value: '{clientId}' },
        {
          ...{ only: 'oauth', label: 'Client Secret', value: '{clientSecret}' },
          note: 'That it is sent both in a header and in the form is accepted.',
        },
      ],
      note: 'Save, then Test Connection: it reads /Schemas, /ResourceTypes and /ServiceProviderConfig.',
    },
    {
      go: ['Account Aggregation'],
      note: 'Reads users here first, so that those who are here are found and not made twice.',
    },
    { go: ['Entitlement Aggregation'], note: 'Then groups; then add the source to an access profile.' },
  ],
  forgotten: [
    'The source must be in an access profile or a role that somebody has.',
    'A failed change is sent again three times at most, an hour apart.',
  ],
}
