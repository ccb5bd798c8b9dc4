import * as z from 'zod'
import { type Service, send } from './service.ts'

const list = z.object({ Resources: z.array(z.object({ id: z.string() })) })

/** Deletes whatever has a name that begins with the prefix. @returns how many objects. */
export async function clean(service: Service): Promise<number> {
  let gone = 0
  for (const [endpoint, name] of [
    ['/Groups', 'displayName'],
    ['/Users', 'userName'],
  ] as const) {
    const filter = encodeURIComponent(`${name} sw "${service.prefix}"`)
    for (;;) {
      const { status, body } = await send(service, 'GET', `${endpoint}?filter=${filter}&attributes=id&count=100`)
      const { data } = list.safeParse(body)
      if (status !== 200 || !data) throw new Error(`${endpoint} answered ${status}: what was made may be left`)
      if (data.Resources.length === 0) break
      const answers = await Promise.all(data.Resources.map(({ id }) => send(service, 'DELETE', `${endpoint}/${id}`)))
      const deleted = answers.filter(({ status }) => status === 204).length
      gone += deleted
      // What cannot be deleted is another's: it would be found for ever.
      if (deleted === 0) break
    }
  }
  return gone
}
