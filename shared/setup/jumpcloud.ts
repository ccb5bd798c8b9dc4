import type { Guide } from './guide.ts'

export const JUMPCLOUD: Guide = {
  title: 'JumpCloud',
  ...{ kind: 'GENERIC', integration: 'JUMPCLOUD_PROVISIONING', role: 'JUMPCLOUD_PROVISIONER' },
  ...{ oauth: false, firstRequestMinutes: 30 },
  steps: [
    {
      go: ['SSO Applications', 'Custom Application'],
      fields: [{ label: 'Export users to this app (Identity Management)', value: 'ticked' }],
    },
    {
      go: ['Identity Management'],
      fields: [
        { label: 'SCIM Version', value: 'SCIM 2.0' },
        { label: 'Base URL', value: '{baseUrl}', note: 'No slash at its end.' },
        { label: 'Token Key', value: '{token}', note: 'The token alone, without "Bearer".' },
        {
          ...{ label: 'Test User Email', value: 'an address of nobody' },
          note: 'The test makes a user of that name: drop it afterwards.',
        },
        { label: 'Enable management of User Groups and Group Membership', value: 'on' },
      ],
    },
    { go: ['Test Connection', 'Activate'], note: 'A token can be changed only by deactivating and activating again.' },
    { go: ['User Groups'], note: 'People come by their groups: choose groups whose people are active.' },
  ],
  forgotten: ['Identity Management must be activated.', 'A user group must be chosen for the application.'],
}
