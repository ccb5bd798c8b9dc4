import type { Guide } from './guide.ts'

/** PingOne; PingFederate's SCIM provisioner has the same fields. */
export const PING: Guide = {
  title: 'PingOne',
  ...{ kind: 'GENERIC', integration: 'PING_PROVISIONING', role: 'PING_PROVISIONER' },
  ...{ oauth: true, firstRequestMinutes: 30 },
  steps: [
    {
      go: ['Integrations', 'Provisioning', 'New Connection', 'SCIM Outbound'],
      fields: [
        { label: 'SCIM Base URL', value: '{baseUrl}', note: 'No slash at its end.' },
        { label: 'Users Resource', value: '/Users' },
        { label: 'SCIM Version', value: '2.0' },
        { only: 'token', label: 'Authentication Method', value: 'OAuth 2 Bearer Token' },
        { only: 'oauth', label: 'Authentication Method', value: 'OAuth 2 Client Credentials' },
        { only: 'token', label: 'OAuth Access Token', value: '{token}', note: 'The token alone, without "Bearer".' },
        { only: 'oauth', label: 'OAuth Token Request', value: '{tokenEndpoint}' },
        { only: 'oauth', label: 'OAuth Client ID', value: '{clientId}' },
        { only: 'oauth', label: 'OAuth Client Secret', value: '{clientSecret}' },
        { label: 'Auth Type Header', value: 'Bearer' },
        { label: 'Unique User Identifier', value: 'userName' },
        { label: 'Filter Expression', value: 'userName Eq "%s"' },
      ],
      note: 'Test Connection, then Save.',
    },
    {
      go: ['Rules', 'New Rule'],
      note: 'A rule says who is provisioned. People first, then groups; then switch connection and rule on.',
    },
  ],
  forgotten: ['Connection and rule must both be switched on.', 'The filter of the rule must match somebody.'],
}
