import { type Finding, judged, toDo } from './finding.ts'
import { type Probe, type ProbeAnswer, probeText } from './probes.ts'

/** Providers give up after 60 s, and a create that takes long is sent again. */
const SLOW_MS = 5000
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/** What mends an answer of this status. */
const MENDS: Readonly<Record<number, string>> = {
  401: 'see the finding about the token',
  403: 'see the findings about the integration and its network policy; a changed setting holds within a minute',
  404: 'see the finding about the base URL',
  429: 'wait, and see the finding about the pace',
}

/** Whether an answer is what a provider wants: status, content type, shape and time. */
export function judgeProbe(probe: Probe, answer: ProbeAnswer | string): Finding {
  const check = probeText(probe)
  if (typeof answer === 'string') {
    return toDo(check, `No answer: ${answer}`, 'the address must be reachable from where the provider is')
  }
  const { status, contentType, text, ms } = answer
  const said = `${status}, ${contentType}, ${ms} ms`
  if (status !== 200)
    return judged(
      check,
      `${said}: ${refusalDetailOf(text)}`,
      '',
      MENDS[status] ?? 'send it again; then see the runbook',
    )
  return judged(check, wrongWith(probe, answer), `${said}${countText(text)}`, `the answer was ${said}`)
}

function wrongWith({ list }: Probe, { contentType, text, ms }: ProbeAnswer): string | undefined {
  if (!contentType.startsWith('application/scim+json')) return `It is ${contentType}, and no application/scim+json`
  const body = parse(text)
  if (body === undefined) return 'The answer is no JSON object'
  if (list && !isList(body)) return 'The answer is no ListResponse with totalResults and Resources'
  if (list === 'empty' && body.totalResults !== 0) return 'A user was found who cannot be there'
  return ms > SLOW_MS
    ? `It took ${ms} ms; above ${SLOW_MS} ms providers may send a create again, which is 409 then`
    : undefined
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const isList = ({ schemas, totalResults, Resources = [] }: Record<string, unknown>): boolean =>
  Array.isArray(schemas) && schemas.includes(LIST) && Number.isInteger(totalResults) && Array.isArray(Resources)

const countText = (text: string): string => {
  const { totalResults } = parse(text) ?? {}
  return totalResults === undefined ? '' : `, ${totalResults} there`
}

const refusalDetailOf = (text: string): string => String(parse(text)?.detail ?? 'no SCIM error')
