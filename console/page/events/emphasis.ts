import type { Words } from '../../../shared/audit/sentences/parts.ts'

/** A part of a sentence as a page shows it: what comes after the fact itself is quieter, who did it is bold. */
export type Shown = Words[number] & { tone?: 'strong' | 'quiet' }

/** Where the outcome begins, or how something was done, behind what was done. */
const TAIL =
  /(?: and was (?:refused|stopped|asked to wait)\b| and Rolecall failed\b| that (?:is|are) not here$| and found (?:nobody|none)$| because (?:its|their|the|$)| in [\d,]+ requests?$| and the old one ends\b|, which lives until\b|, part of a request of\b|, who held\b|, which had\b).*$/s
/** Who did it, where that is nobody with a name. */
const NOBODY = /^(?:[\d,]+ requests?|Rolecall)\b/

/** Sets off the actor, and what follows the fact: a refusal's reason, the number of requests. */
export function emphasize(words: Words): Shown[] {
  const shown: Shown[] = []
  let isQuiet = false
  for (const [i, part] of words.entries()) {
    if (isQuiet) {
      shown.push({ ...part, tone: 'quiet' })
      continue
    }
    if (part.is !== 'text') {
      shown.push(part.is === 'reason' ? { ...part, tone: 'quiet' } : part)
      continue
    }
    const [whole] = TAIL.exec(part.text) ?? []
    const head = whole === undefined ? part.text : part.text.slice(0, -whole.length)
    const [subject = ''] = i === 0 ? (NOBODY.exec(head) ?? []) : []
    if (subject) shown.push({ ...part, text: subject, tone: 'strong' })
    if (head.length > subject.length) shown.push({ ...part, text: head.slice(subject.length) })
    if (whole !== undefined) shown.push({ ...part, text: whole, tone: 'quiet' })
    isQuiet = whole !== undefined
  }
  return shown
}
