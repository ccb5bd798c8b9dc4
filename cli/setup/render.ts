import { plainText } from '../../shared/audit/plain-text.ts'
import type { Field, GuideStep } from '../../shared/setup/guide.ts'

/** The steps as text to follow: each value alone on its line, to be copied from there. */
export const stepsText = (steps: readonly GuideStep[]): string =>
  steps.map((step, i) => stepText(step, i + 1)).join('\n\n')

function stepText({ go, called, fields = [], note }: GuideStep, number: number): string {
  const lines = [`${go.join(' > ')}${calledText(called)}`, ...fields.flatMap(fieldLines), ...(note ? [note] : [])]
  const lead = `${number}. `
  return lines.map((line, i) => (i === 0 ? lead : ' '.repeat(lead.length)) + line).join('\n')
}

const fieldLines = ({ label, called, value, note }: Field): string[] => [
  `${label}${calledText(called)}`,
  `    ${plainText(value)}`,
  ...(note ? [`  ${note}`] : []),
]

/** Consoles differ, and change. */
const calledText = (called: readonly string[] = []): string =>
  called.length === 0 ? '' : ` (also called ${called.map((name) => `"${name}"`).join(', ')})`
