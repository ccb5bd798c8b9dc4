import { plainText } from '../../shared/audit/plain-text.ts'
import { DAY_MS } from '../../shared/auth/span.ts'
import { obstaclesOf } from '../../shared/setup/base-url.ts'
import { fillSteps, type Guide } from '../../shared/setup/guide.ts'
import type { Session } from '../command.ts'
import { type Held, heldText, transferWords } from './held.ts'
import { type Made, toBeMade } from './make.ts'
import type { Plan } from './plan.ts'
import { stepsText } from './render.ts'

/** Everything that is shown of a setup. */
export interface Shown {
  guide: Guide
  plan: Plan
  made: Made
  oauth: boolean
}

/** What setup says, as scripts read it; people get the same as {@link guideText}. */
export function toGuideJson({ hint, api }: Session, { guide, plan, made, oauth }: Shown) {
  const { baseUrl = `${api.url}/scim/v2` } = made.values
  return {
    ...{ integration: plan.integration, role: plan.role, kind: guide.kind, made: made.made },
    ...{ ...made.values, ...(oauth && { scope: 'scim' }), ...(made.expiresAt && { expiresAt: made.expiresAt }) },
    remarks: obstaclesOf({ text: baseUrl, kind: guide.kind }),
    ...{ steps: fillSteps(guide, oauth ? 'oauth' : 'token', made.values), forgotten: guide.forgotten },
    ...(!oauth && { cron: hint(`token check ${plan.integration}`) }),
    next: hint(`check ${plan.integration} --wait`),
  }
}

/** What was made, what goes where, what is forgotten, when the token ends, and what to do next. */
export function guideText(session: Session, shown: Shown): string {
  const { integration, role, made, steps, forgotten, remarks, next, ...json } = toGuideJson(session, shown)
  return [
    `${made.length > 0 ? `Made: ${made.join(', ')}` : 'Nothing was made: all of it is there already'}
Integration ${integration} runs as role ${role}, which owns what it creates.
Base URL: ${json.baseUrl}: no slash at its end${remarks.map((remark) => `. ${remark}`).join('')}`,
    `In the console of ${shown.guide.title}, in this order (labels change; other names of them are given):`,
    stepsText(steps),
    `Often forgotten:\n${forgotten.map((line) => `- ${line}`).join('\n')}`,
    shown.oauth
      ? 'The client belongs to the integration, not to a person. Its secret has no end.'
      : tokenText(shown.made, json.cron),
    `Next, when this is done: ${next}`,
  ].join('\n\n')
}

/** Nobody else warns of the end of a token. */
function tokenText({ expiresAt }: Made, cron = ''): string {
  const end = expiresAt && `works until ${expiresAt.slice(0, 10)}, ${daysUntil(expiresAt)} days from now, and `
  return `The token ${end ?? ''}belongs to the integration, not to a person. No provider warns of its end; cron does:
    0 8 * * *  ${cron}`
}

const daysUntil = (end: string): number => Math.round((Date.parse(end) - Date.now()) / DAY_MS)

/** What a dry run found, as scripts read it. */
export const toPlanJson = (plan: Plan, held: readonly Held[]) => ({
  ...{ integration: plan.integration, role: plan.role, wouldMake: toBeMade(plan), heldByOthers: held },
})

/** What would be made, and what a first sync would meet. */
export function planText({ hint }: Session, plan: Plan, held: readonly Held[]): string {
  const wouldMake = toBeMade(plan)
  const others = held.flatMap((one) => [plainText(heldText(one)), `    ${hint(transferWords(one, plan.role))}`])
  return [
    wouldMake.length > 0 ? `Would make: ${wouldMake.join(', ')}` : 'Would make nothing: all of it is there already',
    ...(others.length > 0 ? others : ['No other role owns anything: no name is taken']),
  ].join('\n')
}
