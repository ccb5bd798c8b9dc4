import type { Guide } from './guide.ts'

/** What OneLogin fills in and sends for a user; a value it does not have is left out by its own rules. */
const TEMPLATE =
  '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{$user.email}","externalId":"{$user.id}",' +
  '"name":{"givenName":"{$user.firstname}","familyName":"{$user.lastname}"},"displayName":"{$user.display_name}",' +
  '"emails":[{"value":"{$user.email}","type":"work","primary":true}]}'

export const ONELOGIN: Guide = {
  title: 'OneLogin',
  ...{ kind: 'GENERIC', integration: 'ONELOGIN_PROVISIONING', role: 'ONELOGIN_PROVISIONER' },
  ...{ oauth: false, firstRequestMinutes: 30 },
  steps: [
    { go: ['Applications', 'Add App', 'SCIM Provisioner with SAML (SCIM v2 Enterprise)'] },
    {
      go: ['Configuration'],
      fields: [
        { label: 'SCIM Base URL', value: '{baseUrl}', note: 'No slash at its end.' },
        {
          ...{ label: 'SCIM JSON Template', value: TEMPLATE },
          note: 'Without "active": in quotes it would be text, and who is left out is active.',
        },
        { label: 'Custom Headers', value: 'Content-Type: application/scim+json' },
        { label: 'SCIM Bearer Token', value: '{token}', note: 'The token alone, without "Bearer".' },
        { label: 'API Connection', value: 'Enable', note: 'It connects at once.' },
      ],
    },
    {
      go: ['Provisioning'],
      fields: [{ label: 'Enable provisioning', value: 'ticked' }],
      note: 'Untick what an administrator shall not have to approve each time. Save.',
    },
    { go: ['Access', 'Roles'], note: 'Assign people by roles, then map groups under Parameters and Rules.' },
  ],
  forgotten: [
    'API Connection must be enabled, and Enable provisioning ticked.',
    'Changes may wait for approval under Users, Provisioning tasks.',
  ],
}
