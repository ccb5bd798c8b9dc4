import * as z from 'zod'
import type { Signer } from '../caller.ts'

const ALARMS_MS = 5_000
const TARGET = 'GraniteServiceVersion20100801.DescribeAlarms'
/** As many as CloudWatch tells at once. */
const MOST_ALARMS = 100

/** An alarm of a deployment that rings. */
export interface Ringing {
  /** Without the deployment's name before it, as docs/runbook.md has it. */
  name: string
  /** ISO 8601. */
  since: string
}

const seconds = z.number()
const told = z.object({
  AlarmName: z.string(),
  StateTransitionedTimestamp: z.optional(seconds),
  StateUpdatedTimestamp: z.optional(seconds),
})
const answer = z.object({
  MetricAlarms: z.optional(z.array(told)),
  CompositeAlarms: z.optional(z.array(told)),
  NextToken: z.optional(z.nullable(z.string())),
})
const refusal = z.object({ message: z.optional(z.string()), Message: z.optional(z.string()) })

/**
 * The alarms of a deployment in a region that ring, by its name, the longest first; where CloudWatch is, `endpoint` says if it is not the
 * region's own. @throws {Error} saying why they are not known.
 */
export async function listRinging(signer: Signer, deployment: string): Promise<Ringing[]> {
  const prefix = `${deployment}-`
  const found: Ringing[] = []
  for (let next: string | undefined, isFirst = true; isFirst || next; isFirst = false) {
    const page = await describeAlarms(signer, {
      ...{ AlarmNamePrefix: prefix, StateValue: 'ALARM', MaxRecords: MOST_ALARMS },
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      ...(next && { NextToken: next }),
    })
    found.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].map((one) => toRinging(prefix, one)))
    next = page.NextToken ?? undefined
  }
  // Those of another stage, whose name begins with this one's, have a further hyphen.
  const own = found.filter(({ name }) => !name.includes('-'))
  return own.sort((a, b) => (a.since < b.since ? -1 : 1))
}

function toRinging(prefix: string, { AlarmName, ...at }: z.output<typeof told>): Ringing {
  const since = at.StateTransitionedTimestamp ?? at.StateUpdatedTimestamp ?? 0
  return { name: AlarmName.slice(prefix.length), since: new Date(since * 1000).toISOString() }
}

async function describeAlarms(
  { region, credentials, endpoint }: Signer,
  question: object,
): Promise<z.output<typeof answer>> {
  const { signRequest } = await import('../../shared/auth/sigv4.ts')
  const url = new URL(endpoint || `https://monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`)
  const body = JSON.stringify(question)
  const content = { body, headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': TARGET } }
  const request = { method: 'POST', url, service: 'monitoring', region, credentials: await credentials(), ...content }
  const signal = AbortSignal.timeout(ALARMS_MS)
  const response = await fetch(url, {
    ...{ method: 'POST', body, headers: await signRequest(request), signal, redirect: 'error' },
  })
  const told: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer.parse(told)
  const { message, Message } = refusal.safeParse(told).data ?? {}
  throw new Error(message || Message || `it answered ${response.status}`)
}
