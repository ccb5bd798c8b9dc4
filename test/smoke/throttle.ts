import { setTimeout as sleep } from 'node:timers/promises'
import type { Verdict } from './conversations.ts'
import { type Answer, type Service, send } from './service.ts'

const WHAT = '429 with Retry-After for a client that sends too much, and 200 after it'
const MAX_WAIT_SECONDS = 60

type Wait = (seconds: number) => Promise<unknown>
const byTheClock: Wait = (seconds) => sleep(seconds * 1000)

/** Sends more at once than a client may: some is refused, in words that say when to come again, and then it goes on. */
export async function* tryThrottle(service: Service, wait: Wait = byTheClock): AsyncGenerator<Verdict> {
  const { burst } = service
  yield burst === undefined
    ? { what: WHAT, skipped: 'not asked for, see --throttle' }
    : { what: WHAT, fault: await throttleFault(service, burst, wait) }
}

async function throttleFault(service: Service, burst: number, wait: Wait): Promise<string | undefined> {
  const ask = () => send(service, 'GET', '/ServiceProviderConfig')
  const answers = await Promise.all(Array.from({ length: burst }, ask))
  const refused = answers.find(({ status }) => status === 429)
  const other = answers.find(({ status }) => status !== 200 && status !== 429)
  if (other) return `${other.status} among ${burst} requests`
  if (!refused) return `none of ${burst} requests was refused: give more than clientBurst, or look at the usage plan`
  const fault = refusalFault(refused)
  if (fault !== undefined) return fault
  const seconds = Number(refused.headers.get('retry-after'))
  await wait(seconds)
  const { status } = await ask()
  return status === 200 ? undefined : `${status} after ${seconds} seconds`
}

function refusalFault({ headers, body }: Answer): string | undefined {
  const seconds = headers.get('retry-after') ?? ''
  if (!/^\d+$/.test(seconds)) return `Retry-After is ${headers.get('retry-after')}`
  if (Number(seconds) > MAX_WAIT_SECONDS) return `Retry-After is ${seconds} seconds`
  return (body as { status?: unknown } | undefined)?.status === '429' ? undefined : 'the body is no SCIM error of 429'
}
