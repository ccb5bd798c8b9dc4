import type { Api } from '../../cli/api.ts'
import { Failure } from '../../cli/failure.ts'
import type { Verdict } from './conversations.ts'
import { type Answer, type Service, send } from './service.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const TOO_LARGE = 1024 * 1024 + 1

// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into
type Body = any

/** Reads by every index, and the forms of answers and refusals. */
export async function* tryForms(service: Service): AsyncGenerator<Verdict> {
  const { prefix } = service
  const name = `${prefix}forms@example.com`
  const user = {
    schemas: [`${CORE}:User`],
    userName: name,
    externalId: `${prefix}x`,
    emails: [{ value: `${prefix}mail@example.com`, primary: true }],
  }
  const made = await send(service, 'POST', '/Users', { body: user })
  const id = String((made.body as Body)?.id)
  yield { what: 'POST /Users: 201, Location, ETag', fault: createdFault(service, made, id) }
  yield { what: 'POST /Users: content-type, x-request-id, no-store', fault: headerFault(made) }
  const role = { schemas: [`${CORE}:Group`], displayName: `${prefix}Forms`, members: [{ value: id }] }
  const group = await send(service, 'POST', '/Groups', { body: role })
  yield { what: 'POST /Groups with a member: 201', fault: statusFault(group, 201) }
  for (const [attribute, value] of [
    ['userName', name],
    ['externalId', user.externalId],
    ['emails.value', `${prefix}mail@example.com`],
  ]) {
    const found = await send(service, 'GET', `/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`)
    const ids = (found.body as Body)?.Resources?.map((one: { id: string }) => one.id)
    yield { what: `filter by ${attribute}`, fault: String(ids) === id ? undefined : `${found.status}, found ${ids}` }
  }
  yield {
    what: 'groups of a user, from the index',
    fault: await groupsFault(service, id, String((group.body as Body)?.id)),
  }
  yield* tryRefusals(service)
}

/** The index follows within moments. */
async function groupsFault(service: Service, id: string, group: string): Promise<string | undefined> {
  const until = Date.now() + 10_000
  for (;;) {
    const { status, body } = await send(service, 'GET', `/Users/${id}`)
    const groups = (body as Body)?.groups?.map(({ value }: { value: string }) => value)
    if (String(groups) === group) return undefined
    if (Date.now() > until) return `${status}, groups ${groups}`
  }
}

async function* tryRefusals(service: Service): AsyncGenerator<Verdict> {
  const refused = async (status: number, answer: Promise<Answer>) => {
    const came = await answer
    return statusFault(came, status) ?? errorFault(came, status)
  }
  const wrong = { ...service, token: `${service.token.slice(0, -4)}AAAA` }
  yield { what: '401 for a wrong token', fault: await refused(401, send(wrong, 'GET', '/Users')) }
  yield { what: '404 for what is not there', fault: await refused(404, send(service, 'GET', '/Users/none')) }
  yield { what: '404 for an endpoint that is none', fault: await refused(404, send(service, 'GET', '/Nothing')) }
  yield { what: '405 for a wrong method', fault: await refused(405, send(service, 'POST', '/Schemas', { body: {} })) }
  const large = JSON.stringify({ schemas: [`${CORE}:User`], userName: 'x'.repeat(TOO_LARGE) })
  yield { what: '413 for a large body', fault: await refused(413, send(service, 'POST', '/Users', { body: large })) }
  const plain = { body: 'x', headers: { 'content-type': 'text/plain' } }
  yield { what: '415 for a body of another kind', fault: await refused(415, send(service, 'POST', '/Users', plain)) }
  const root = { ...service, url: new URL(service.url).href.replace(/\/scim\/v2.*$/, '') }
  yield {
    what: '403 for an administrator without signature',
    fault: await refused(403, send(root, 'GET', '/admin/integrations')),
  }
}

/** What administrators and auditors ask. */
export async function* tryAdministration({ admin, prefix }: Service): AsyncGenerator<Verdict> {
  if (!admin) return
  const ask = async (path: string[], query = {}, isRight = (_body: Body): boolean => true) => {
    try {
      const body = await admin.call<Body>({ path, query })
      return isRight(body) ? undefined : `unexpected: ${JSON.stringify(body).slice(0, 200)}`
    } catch (error) {
      return reasonOf(error)
    }
  }
  yield { what: 'integrations', fault: await ask(['admin', 'integrations']) }
  yield { what: 'tokens', fault: await ask(['admin', 'tokens']) }
  yield { what: 'health', fault: await ask(['admin', 'health']) }
  const has = ({ events }: Body) => JSON.stringify(events).includes(prefix)
  yield { what: 'history holds what was just done', fault: await ask(['events'], { last: '5m', limit: 200 }, has) }
  yield { what: 'the feed of changes', fault: await ask(['changes']) }
  yield await tryDigests(admin)
  const resource = `${prefix}forms@example.com`
  yield { what: 'history of one user, from the index', fault: await ask(['events'], { last: '5m', resource }, has) }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A deployment may keep none, by its setting. */
async function tryDigests(admin: Api): Promise<Verdict> {
  const what = 'digests of the history'
  try {
    const { digests } = await admin.call<Body>({ path: ['audit', 'digests'] })
    return { what, fault: Array.isArray(digests) ? undefined : 'the answer has no digests' }
  } catch (error) {
    const isOff = error instanceof Failure && error.status === 404 && error.message.includes('auditDigests')
    return isOff ? { what, skipped: 'not deployed, since auditDigests is false' } : { what, fault: reasonOf(error) }
  }
}

const statusFault = ({ status }: Answer, expected: number) =>
  status === expected ? undefined : `${status} instead of ${expected}`

function createdFault({ url }: Service, answer: Answer, id: string): string | undefined {
  const { headers } = answer
  const [location, etag] = [headers.get('location'), headers.get('etag')]
  if (answer.status !== 201) return statusFault(answer, 201)
  if (location !== `${url}/Users/${id}`) return `Location is ${location}`
  return etag === 'W/"1"' ? undefined : `ETag is ${etag}`
}

function headerFault({ headers }: Answer): string | undefined {
  const type = headers.get('content-type') ?? ''
  if (!type.startsWith('application/scim+json')) return `content-type is ${type}`
  if (!headers.get('x-request-id')) return 'there is no x-request-id'
  return headers.get('cache-control') === 'no-store' ? undefined : `cache-control is ${headers.get('cache-control')}`
}

function errorFault({ body, headers }: Answer, status: number): string | undefined {
  const { schemas, status: said } = (body ?? {}) as Body
  if (String(schemas) !== ERROR) return 'the body is no SCIM error'
  if (said !== String(status)) return `the error says status ${said}`
  return headers.get('content-type')?.startsWith('application/scim+json')
    ? undefined
    : `content-type is ${headers.get('content-type')}`
}
