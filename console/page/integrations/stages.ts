import type { GuideStep } from '../../../shared/setup/guide.ts'

/** What is pasted into a provider's console, and what switches it on afterwards. */
export interface Stages {
  paste: readonly GuideStep[]
  switchOn: readonly GuideStep[]
}

/** The two stages of a filled guide: pasting ends with the last step that asks for the base URL. */
export function stagesOf(steps: readonly GuideStep[]): Stages {
  const last = steps.findLastIndex(({ fields = [] }) => fields.some(({ value }) => value.includes('/scim/v2')))
  return { paste: steps.slice(0, last + 1), switchOn: steps.slice(last + 1) }
}
