import { afterAll, beforeAll, expect, test } from 'vitest'
import { engineEndpoint } from '../factories/engine.ts'
import { type Bed, startBed } from '../load/bed.ts'
import { addMembers, groupOf, mustSucceed, removeMembers } from '../load/requests.ts'
import { seedSyncedUsers } from '../load/seed.ts'
import { untilSettled, wrongMembers } from '../load/settled.ts'

let bed: Bed
beforeAll(async () => {
  bed = await startBed({ engine: engineEndpoint(), aws: true, log: 'inherit', faults: { doubles: () => true } })
})
afterAll(() => bed.close())

test('changes queue and are finished by stream, queue and worker, each in its own process, though all comes twice', async () => {
  const users = await seedSyncedUsers(bed.store, 1, 300)
  const { body } = await mustSucceed(bed.request('POST', '/Groups', groupOf('Queued')))
  const path = `/Groups/${body.id}?excludedAttributes=members`
  await mustSucceed(bed.request('PATCH', path, addMembers(users)))
  await mustSucceed(bed.request('PATCH', path, removeMembers(users.slice(0, 100))))
  expect(await untilSettled(bed, [body.id], 60_000)).toEqual(expect.any(Number))
  expect(await wrongMembers(bed, body.id, new Set(users.slice(100)))).toBe(0)
})
