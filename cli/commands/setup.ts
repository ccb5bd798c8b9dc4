import { plainJson } from '../../shared/audit/plain-text.ts'
import { objectName, roleName } from '../../shared/resources/integration-input.ts'
import type { Guide } from '../../shared/setup/guide.ts'
import { GUIDE_NAMES, GUIDES } from '../../shared/setup/guides.ts'
import { lackingPrivileges } from '../check/settings.ts'
import { type Command, command, type FlagValues, type Session } from '../command.ts'
import { UsageError } from '../failure.ts'
import { optional, someText, textFor, toggle } from '../flags.ts'
import { reserveSecretFile } from '../secret-file.ts'
import { loadHeld } from '../setup/held.ts'
import { type Made, makePlanned } from '../setup/make.ts'
import { orNothing, planSetup, type Wanted } from '../setup/plan.ts'
import { guideText, planText, toGuideJson, toPlanJson } from '../setup/view.ts'

const NAMES_TEXT = GUIDE_NAMES.join(', ')

const SETUP_FLAGS = {
  name: optional('NAME', 'the integration (default: named after the provider)', textFor(objectName)),
  role: optional('ROLE', 'the role that owns what it creates (default: named after the provider)', textFor(roleName)),
  oauth: toggle('an OAuth 2.0 client with a secret in place of a token, where the provider has fields for one'),
  'new-token': toggle('make a further token, or client secret, where there is one already'),
  'dry-run': toggle('show what would be made, and names that others hold; make nothing'),
  'output-file': optional('PATH', 'write the secret to a new file that only you can read, and show none', someText),
}
type Values = FlagValues<typeof SETUP_FLAGS>

/** Makes what a provider needs, and says what to put into which field of its console. */
export const setup: Command = command({
  words: 'setup',
  summary:
    "Connect an identity provider: makes role, integration and token, and says what goes into its console's fields",
  operands: [{ name: 'PROVIDER', help: NAMES_TEXT, choices: GUIDE_NAMES }],
  flags: SETUP_FLAGS,
  outputs: ['table', 'json'],
  examples: [
    'rolecall setup okta --output-file okta.token',
    'rolecall setup entra --dry-run',
    'rolecall setup custom --name HR --role HR_PROVISIONER --oauth',
  ],
  check: ({ oauth }, provider) => {
    const guide = toGuide(provider)
    if (oauth && !guide.oauth) {
      const able = GUIDE_NAMES.filter((name) => GUIDES[name].oauth).join(', ')
      throw new UsageError(`--oauth: ${guide.title} has no client credentials for SCIM, only: ${able}`)
    }
  },
  run: async (session, values, provider) => {
    const guide = toGuide(provider)
    const wanted = toWanted(guide, values)
    if (values['dry-run']) return showPlan(session, guide, wanted)
    const path = values['output-file']
    const file = path === undefined ? undefined : reserveSecretFile(path)
    try {
      const plan = await planSetup(session.api, guide, wanted)
      const made = await makePlanned(session.api, guide, plan, wanted)
      const secret = plan.secret && (made.values.token ?? made.values.clientSecret)
      if (secret) file?.write(`${secret}\n`)
      const shown = { guide, plan, made: secret && path ? hideSecret(made, path) : made, oauth: values.oauth }
      const text = session.output === 'json' ? plainJson(toGuideJson(session, shown), 2) : guideText(session, shown)
      await session.terminal.write(`${text}\n`)
      const lacks = lackingPrivileges(made.privileges)
      if (lacks.length > 0) session.terminal.tell(sayLacking(session, plan.role, lacks))
    } finally {
      file?.close()
    }
  },
})

function sayLacking({ hint }: Session, role: string, lacks: readonly string[]): string {
  const mend = hint(`provisioner grant ${role} ${lacks.join(',')}`)
  return `Role ${role} lacks ${lacks.join(' and ')}: creates are answered 403; give it with "${mend}"`
}

function toGuide(provider = ''): Guide {
  const name = GUIDE_NAMES.find((one) => one === provider.toLowerCase())
  if (name === undefined) throw new UsageError(`There is no guide for "${provider}", only: ${GUIDE_NAMES.join(', ')}`)
  return GUIDES[name]
}

const toWanted = (guide: Guide, values: Values): Wanted => ({
  ...{ name: values.name ?? guide.integration, role: values.role, oauth: values.oauth },
  isNewSecret: values['new-token'],
})

const hideSecret = ({ values, ...made }: Made, path: string): Made => {
  const { token, clientSecret, ...rest } = values
  const where = `the content of the file ${path}`
  return { ...made, values: { ...rest, ...(token && { token: where }), ...(clientSecret && { clientSecret: where }) } }
}

async function showPlan(session: Session, guide: Guide, wanted: Wanted): Promise<undefined> {
  const { api, terminal, output } = session
  const plan = await planSetup(api, guide, wanted)
  const held = (await orNothing(loadHeld(api, plan.role))) ?? []
  const text = output === 'json' ? plainJson(toPlanJson(plan, held), 2) : planText(session, plan, held)
  await terminal.write(`${text}\n`)
}
