import type { Guide } from './guide.ts'

/** The labels of today; what they were called before is in tutorials still. */
export const ENTRA: Guide = {
  title: 'Microsoft Entra ID',
  ...{ kind: 'AZURE', integration: 'AZURE_PROVISIONING', role: 'AAD_PROVISIONER' },
  ...{ oauth: true, firstRequestMinutes: 45 },
  steps: [
    {
      go: ['Entra ID', 'Enterprise apps', 'New application', 'Create your own application'],
      fields: [
        { label: 'What are you looking to do', value: "Integrate any other application you don't find in the gallery" },
      ],
      note: 'An app of its own; an app registration alone has no provisioning. You need the role Application Administrator.',
    },
    {
      go: ['Provisioning', 'New configuration'],
      called: ['Provisioning Mode: Automatic', 'Admin Credentials'],
      fields: [
        {
          label: 'Tenant URL',
          value: '{baseUrl}?aadOptscim062020',
          note: 'The whole of it: the flag makes Entra keep to the standard.',
        },
        {
          ...{ only: 'token', label: 'Secret Token', value: '{token}' },
          note: 'The token alone, without "Bearer". Never empty: Entra would send a token of its own.',
        },
        {
          ...{ only: 'oauth', label: 'Authentication method', value: 'OAuth2 Client Credentials Grant' },
          note: 'If your console offers it; else run this again without --oauth.',
        },
        { only: 'oauth', label: 'Token Endpoint', value: '{tokenEndpoint}' },
        { only: 'oauth', label: 'Client Identifier', called: ['Client identifier'], value: '{clientId}' },
        { only: 'oauth', label: 'Client Secret', value: '{clientSecret}' },
      ],
    },
    {
      go: ['Test Connection', 'Create'],
      called: ['Save'],
      note: 'It looks for a user that cannot be there, and an empty list is good.',
    },
    {
      go: ['Attribute mapping'],
      called: ['Mappings'],
      note: 'userName matches. externalId comes from mailNickname by default: map objectId for one that never changes. Map userPrincipalName to emails[type eq "work"].value where users have no mail.',
    },
    {
      go: ['Overview', 'Properties', 'Edit'],
      called: ['Settings'],
      fields: [
        { label: 'Notification Email', value: 'who shall hear of a quarantine', note: 'Entra tells nobody else.' },
        {
          ...{ label: 'Prevent accidental deletions', called: ['Accidental deletion prevention'], value: 'on' },
          note: 'With a threshold: a cycle that would disable or delete more waits for Allow deletes.',
        },
        { label: 'Scope', value: 'Sync only assigned users and groups' },
      ],
      note: 'Apply.',
    },
    {
      go: ['Users and groups', 'Add user/group'],
      note: 'People first, then groups: members of nested groups are left out, and who has the app role Default Access. With nobody assigned the job reports success and does nothing.',
    },
    {
      go: ['Provision on demand'],
      called: ['Provision on-demand'],
      note: 'One user, to see it work. It ignores the flag in the URL.',
    },
    {
      go: ['Start provisioning'],
      called: ['Provisioning Status: On'],
      note: 'The first cycle takes everybody; then one comes about every 40 minutes.',
    },
  ],
  forgotten: [
    'Somebody must be assigned under Users and groups: without, the job succeeds and sends nothing.',
    'The job must be started (Start provisioning); a cycle comes about every 40 minutes.',
    'Under Overview the job may be in quarantine: Restart provisioning once the cause is mended.',
  ],
}
