import type { Guide } from './guide.ts'

/** The app integration wizard; apps of the catalog have other labels for the same. */
export const OKTA: Guide = {
  title: 'Okta',
  ...{ kind: 'OKTA', integration: 'OKTA_PROVISIONING', role: 'OKTA_PROVISIONER' },
  ...{ oauth: false, firstRequestMinutes: 30 },
  steps: [
    {
      go: ['Applications', 'Create App Integration'],
      note: 'SAML 2.0 or SWA: OIDC apps have no provisioning. The test apps of the catalog (SCIM 2.0 Test App) are for development only.',
    },
    {
      go: ['General', 'App Settings', 'Edit'],
      fields: [{ label: 'Provisioning', called: ['Enable SCIM provisioning'], value: 'SCIM' }],
      note: 'Save; load the page again if there is no tab Provisioning then.',
    },
    {
      go: ['Provisioning', 'Integration', 'Edit'],
      called: ['Configure API Integration', 'Enable API Integration'],
      fields: [
        {
          ...{ label: 'SCIM connector base URL', called: ['SCIM 2.0 Base Url', 'Base URL'], value: '{baseUrl}' },
          note: 'No slash at its end, no underscore anywhere in it.',
        },
        { label: 'Unique identifier field for users', value: 'userName' },
        {
          label: 'Supported provisioning actions',
          value: 'Push New Users, Push Profile Updates, Push Groups',
          note: 'Import New Users and Profile Updates too, if Okta shall read users back.',
        },
        { label: 'Authentication Mode', value: 'HTTP Header' },
        {
          ...{ label: 'Authorization', called: ['OAuth Bearer Token', 'API token'], value: '{token}' },
          note: 'The token alone, without "Bearer": the console writes that in front of it.',
        },
      ],
    },
    {
      go: ['Test Connector Configuration'],
      called: ['Test API Credentials'],
      note: 'It reads two users and some groups; "Connector configured successfully" is good. Then Save.',
    },
    {
      go: ['Provisioning', 'To App', 'Edit'],
      fields: [
        { label: 'Create Users', value: 'Enable' },
        { label: 'Update User Attributes', value: 'Enable' },
        { label: 'Deactivate Users', value: 'Enable' },
        { label: 'Sync Password', value: 'off', note: 'Unless the integration syncs passwords.' },
      ],
      note: 'Save, and before anybody is assigned: who was assigned earlier is created only when assigned again.',
    },
    {
      go: ['Assignments', 'Assign to People'],
      called: ['Assign to Groups'],
      note: 'People first: a group brings none along.',
    },
    {
      go: ['Push Groups', 'Find groups by name'],
      called: ['Find groups by rule'],
      note: 'When their people have arrived.',
    },
  ],
  forgotten: [
    'Under To App, Create Users, Update User Attributes and Deactivate Users must be enabled.',
    'Somebody must be assigned, and after those were enabled: assign again who was assigned before.',
    'Refusals stand under Dashboard, Tasks, and are not sent again by themselves: Retry Selected.',
  ],
}
