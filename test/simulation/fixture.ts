import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import { parseEventItem } from '../../shared/store/events/item.ts'
import { newGroup, newUser, patchOf } from '../factories/scim-event.ts'
import type { Client } from './client.ts'
import type { Asked } from './lambda.ts'
import type { Items, Theatre } from './stage.ts'

/** Objects that every run begins with, by id. */
export interface Fixture {
  ann: string
  bob: string
  cid: string
  /** Has Ann and Bob. */
  ops: string
  /** Has Ann. */
  dev: string
  /** More members than one transaction takes, where the fixture has many. */
  many: string[]
  /** Has all of them. */
  large: string
  /** The last change of Ann, by its event. */
  changed: string
  token: string
}

/** Just more than a change writes at once, so that it is queued. */
export const MANY = 50

async function made(client: Client, asked: Asked): Promise<string> {
  const heard = await client.ask(asked)
  if (heard === undefined || heard.status >= 300) throw new Error(`Not made: ${JSON.stringify({ asked, heard })}`)
  return heard.body?.id ?? heard.body?.tokenId ?? ''
}

const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body })
const valuesOf = (ids: readonly string[]) => ids.map((value) => ({ value }))

/** What runs begin with, made through the service itself. */
export async function prepareFixture(theatre: Theatre, many: number): Promise<{ fixture: Fixture; items: Items }> {
  const { made: fixture, items } = await theatre.prepare((client) => makeFixture(client, many))
  const events = items.flatMap((item) => parseEventItem(DEFAULT_ACCOUNT, item)?.event ?? [])
  const changed = events.find(({ resourceId, method }) => resourceId === fixture.ann && method === 'PATCH')
  return { fixture: { ...fixture, changed: changed?.eventId ?? '' }, items }
}

async function makeFixture(client: Client, count: number): Promise<Fixture> {
  const user = (name: string, more: object = {}) => made(client, post('/Users', newUser(`${name}@example.com`, more)))
  const group = (name: string, ids: string[]) =>
    made(client, post('/Groups', newGroup(name, { members: valuesOf(ids) })))
  const [ann, bob, cid] = [await user('ann', { externalId: 'a-1' }), await user('bob'), await user('cid')]
  const many: string[] = []
  for (let n = 0; n < count; n++) many.push(await user(`many-${n}`))
  const ops = await group('Ops', [ann, bob])
  const dev = await group('Dev', [ann])
  const large = await group('Large', many)
  await made(client, {
    method: 'PATCH',
    path: `/Users/${ann}`,
    body: patchOf({ op: 'replace', path: 'title', value: 'Dr' }),
  })
  const integration = { name: 'GENERIC_PROVISIONING', clientKind: 'GENERIC' }
  await made(client, post('/admin/integrations', integration))
  const token = await made(client, post('/admin/integrations/GENERIC_PROVISIONING/tokens', {}))
  return { ann, bob, cid, ops, dev, many, large, changed: '', token }
}
