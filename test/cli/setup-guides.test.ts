import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guideText } from '../../cli/setup/view.ts'
import { mistakeOf, obstaclesOf } from '../../shared/setup/base-url.ts'
import { type Field, fillSteps, type Guide, type GuideStep } from '../../shared/setup/guide.ts'
import { GUIDE_NAMES, GUIDES, type GuideName, guideOf } from '../../shared/setup/guides.ts'
import { sessionOf } from '../factories/cli.ts'

const VALUES = { baseUrl: 'https://scim.example.com/prod/scim/v2', token: 'rolecall_TOKEN' }
const documentOf = (name: GuideName) => {
  const file = name === 'okta' || name === 'entra' ? `idp-${name}.md` : 'idp-custom.md'
  return readFileSync(join(import.meta.dirname, '..', '..', 'docs', file), 'utf8')
}

const textOf = (guide: Guide) => {
  const plan = { integration: guide.integration, role: guide.role, existing: undefined, isNewRole: true }
  const made = { privileges: [], made: ['integration X', 'a token'], values: VALUES }
  const { session } = sessionOf('table')
  return guideText(session, { guide, plan: { ...plan, secret: 'token' }, made, oauth: false })
}

describe('rolecall setup says', () => {
  test('all of Okta', () => {
    expect(textOf(GUIDES.okta)).toMatchInlineSnapshot(`
      "Made: integration X, a token
      Integration OKTA_PROVISIONING runs as role OKTA_PROVISIONER, which owns what it creates.
      Base URL: https://scim.example.com/prod/scim/v2: no slash at its end

      In the console of Okta, in this order (labels change; other names of them are given):

      1. Applications > Create App Integration
         SAML 2.0 or SWA: OIDC apps have no provisioning. The test apps of the catalog (SCIM 2.0 Test App) are for development only.

      2. General > App Settings > Edit
         Provisioning (also called "Enable SCIM provisioning")
             SCIM
         Save; load the page again if there is no tab Provisioning then.

      3. Provisioning > Integration > Edit (also called "Configure API Integration", "Enable API Integration")
         SCIM connector base URL (also called "SCIM 2.0 Base Url", "Base URL")
             https://scim.example.com/prod/scim/v2
           No slash at its end, no underscore anywhere in it.
         Unique identifier field for users
             userName
         Supported provisioning actions
             Push New Users, Push Profile Updates, Push Groups
           Import New Users and Profile Updates too, if Okta shall read users back.
         Authentication Mode
             HTTP Header
         Authorization (also called "OAuth Bearer Token", "API token")
             rolecall_TOKEN
           The token alone, without "Bearer": the console writes that in front of it.

      4. Test Connector Configuration (also called "Test API Credentials")
         It reads two users and some groups; "Connector configured successfully" is good. Then Save.

      5. Provisioning > To App > Edit
         Create Users
             Enable
         Update User Attributes
             Enable
         Deactivate Users
             Enable
         Sync Password
             off
           Unless the integration syncs passwords.
         Save, and before anybody is assigned: who was assigned earlier is created only when assigned again.

      6. Assignments > Assign to People (also called "Assign to Groups")
         People first: a group brings none along.

      7. Push Groups > Find groups by name (also called "Find groups by rule")
         When their people have arrived.

      Often forgotten:
      - Under To App, Create Users, Update User Attributes and Deactivate Users must be enabled.
      - Somebody must be assigned, and after those were enabled: assign again who was assigned before.
      - Refusals stand under Dashboard, Tasks, and are not sent again by themselves: Retry Selected.

      The token belongs to the integration, not to a person. No provider warns of its end; cron does:
          0 8 * * *  token check OKTA_PROVISIONING

      Next, when this is done: check OKTA_PROVISIONING --wait"
    `)
  })

  test('all of Entra', () => {
    expect(textOf(GUIDES.entra)).toMatchInlineSnapshot(`
      "Made: integration X, a token
      Integration AZURE_PROVISIONING runs as role AAD_PROVISIONER, which owns what it creates.
      Base URL: https://scim.example.com/prod/scim/v2: no slash at its end

      In the console of Microsoft Entra ID, in this order (labels change; other names of them are given):

      1. Entra ID > Enterprise apps > New application > Create your own application
         What are you looking to do
             Integrate any other application you don't find in the gallery
         An app of its own; an app registration alone has no provisioning. You need the role Application Administrator.

      2. Provisioning > New configuration (also called "Provisioning Mode: Automatic", "Admin Credentials")
         Tenant URL
             https://scim.example.com/prod/scim/v2?aadOptscim062020
           The whole of it: the flag makes Entra keep to the standard.
         Secret Token
             rolecall_TOKEN
           The token alone, without "Bearer". Never empty: Entra would send a token of its own.

      3. Test Connection > Create (also called "Save")
         It looks for a user that cannot be there, and an empty list is good.

      4. Attribute mapping (also called "Mappings")
         userName matches. externalId comes from mailNickname by default: map objectId for one that never changes. Map userPrincipalName to emails[type eq "work"].value where users have no mail.

      5. Overview > Properties > Edit (also called "Settings")
         Notification Email
             who shall hear of a quarantine
           Entra tells nobody else.
         Prevent accidental deletions (also called "Accidental deletion prevention")
             on
           With a threshold: a cycle that would disable or delete more waits for Allow deletes.
         Scope
             Sync only assigned users and groups
         Apply.

      6. Users and groups > Add user/group
         People first, then groups: members of nested groups are left out, and who has the app role Default Access. With nobody assigned the job reports success and does nothing.

      7. Provision on demand (also called "Provision on-demand")
         One user, to see it work. It ignores the flag in the URL.

      8. Start provisioning (also called "Provisioning Status: On")
         The first cycle takes everybody; then one comes about every 40 minutes.

      Often forgotten:
      - Somebody must be assigned under Users and groups: without, the job succeeds and sends nothing.
      - The job must be started (Start provisioning); a cycle comes about every 40 minutes.
      - Under Overview the job may be in quarantine: Restart provisioning once the cause is mended.

      The token belongs to the integration, not to a person. No provider warns of its end; cron does:
          0 8 * * *  token check AZURE_PROVISIONING

      Next, when this is done: check AZURE_PROVISIONING --wait"
    `)
  })
})

describe('guides', () => {
  test.each(GUIDE_NAMES)('%s fills every value, for a token and where it can for OAuth', (name) => {
    const guide: Guide = GUIDES[name]
    const values = { ...VALUES, tokenEndpoint: 'E', clientId: 'I', clientSecret: 'S' }
    for (const way of guide.oauth ? (['token', 'oauth'] as const) : (['token'] as const)) {
      const fields = fillSteps(guide, way, values).flatMap((step) => step.fields ?? [])
      const filled = fields.map(({ value }) => value)
      expect(filled.some((value) => value.startsWith(values.baseUrl))).toBe(true)
      const secret = way === 'token' ? [values.token] : ['E', 'I', 'S']
      expect(filled).toEqual(expect.arrayContaining(secret))
      if (way === 'oauth') expect(filled).not.toContain(values.token)
      expect(filled.join(' ')).not.toMatch(/\{(?:baseUrl|token|client)/)
    }
  })

  test('have names and roles of their own', () => {
    const guides = GUIDE_NAMES.map((name) => GUIDES[name])
    expect(new Set(guides.map(({ integration }) => integration)).size).toBe(guides.length)
    expect(new Set(guides.map(({ role }) => role)).size).toBe(guides.length)
  })

  test.each([
    ['OKTA_TWO', 'OKTA', 'Okta'],
    ['AZURE_PROVISIONING', 'AZURE', 'Microsoft Entra ID'],
    ['PING_PROVISIONING', 'GENERIC', 'PingOne'],
    ['HR', 'GENERIC', 'your client'],
  ] as const)('of %s (%s) is that of %s', (name, clientKind, title) => {
    expect(guideOf({ name, clientKind }).title).toBe(title)
  })
})

describe('the documents', () => {
  test.each(GUIDE_NAMES)('name every step and field of %s, in its order', (name) => {
    expect(documentOf(name)).toContain(tableOf(GUIDES[name]))
  })
})

/** The guide as a table of a document. */
function tableOf({ steps }: Guide): string {
  const rows = fillSteps({ steps }, 'token', {}).map(stepRow)
  const oauth = steps.flatMap(({ fields = [] }) => fields.filter(({ only }) => only === 'oauth'))
  const [{ fields = [] } = {}] = oauth.length > 0 ? fillSteps({ steps: [{ go: [], fields: oauth }] }, 'oauth', {}) : []
  const withOauth = fields.length > 0 ? [`| | with \`--oauth\` | ${fields.map(fieldText).join('<br>')} |`] : []
  return ['| | where | what |', '|---|---|---|', ...rows.map((row, i) => `| ${i + 1} ${row}`), ...withOauth].join('\n')
}

const stepRow = ({ go, called, fields = [], note }: GuideStep): string =>
  `| ${go.map(italic).join(', ')}${alsoCalled(called)} | ${[...fields.map(fieldText), note ?? ''].filter(Boolean).join('<br>')} |`

const fieldText = ({ label, called, value, note }: Field): string =>
  `${italic(label)}${alsoCalled(called)}: ${code(value)}${note ? `. ${note}` : ''}`

const italic = (text: string): string => `*${text}*`
const code = (text: string): string => `\`${text}\``
const alsoCalled = (called: readonly string[] = []): string =>
  called.length > 0 ? ` (also ${called.map(italic).join(', ')})` : ''

describe('a base URL', () => {
  const own = 'https://scim.example.com/prod/scim/v2'
  const right = [own, `${own}/6b1f`] as const

  test.each([
    [own, undefined],
    [`${own}/6b1f`, undefined],
    [`${own}?aadOptscim062020`, undefined],
    ['scim.example.com/scim/v2', 'It is no URL'],
    [`${own} `, 'There is a blank in it'],
    [
      'https://other.example.com/prod/scim/v2',
      'Its scheme, host or port are not those that this command asks (--url, ROLECALL_URL)',
    ],
    [`${own}//Users`, 'Two slashes follow each other in it'],
    [`${own}/`, 'It ends with a slash, to which a provider adds another'],
    [`${own}/Users`, 'It ends with what providers add themselves'],
    ['https://scim.example.com/prod', 'It is too short: /scim/v2 is missing'],
    [`${own}/another`, "It is none of this integration's base URLs"],
  ])('%s', (text, says) => {
    expect(mistakeOf({ text, right, kind: 'OKTA' })).toBe(says)
  })

  test.each([
    ['OKTA', 'https://my_scim.example.com/scim/v2', ['There is an underscore in it, which Okta refuses']],
    ['AZURE', 'https://my_scim.example.com/scim/v2', []],
    [
      'OKTA',
      'http://127.0.0.1:8080/scim/v2',
      ['It is the local system, which no provider in the cloud can reach: deploy the service for one'],
    ],
  ] as const)('of %s may have what stands in its way: %s', (kind, text, expected) => {
    expect(obstaclesOf({ text, kind })).toEqual(expected)
  })
})
