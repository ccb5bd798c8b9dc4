import { mapConcurrently } from '../../../shared/store/batch.ts'
import { newUser, patchOf } from '../../factories/scim-api.ts'
import type { Answer } from '../../rfc/client.ts'
import type { Bed } from '../bed.ts'
import { addMembers, groupOf, mustSucceed, Tally, tallied } from '../requests.ts'
import type { Run, Scenario } from '../scenario.ts'
import { seedSyncedUsers } from '../seed.ts'
import { untilSettled, wrongMembers } from '../settled.ts'

/** At the scale of 1. */
const IN_FLIGHT = 25
const NAMES = 100
const WRITERS = 16

/** Everybody wants the same thing at once. */
export const contention: Scenario = {
  name: 'contention',
  about: '500 creates of 100 names, 200 PATCHes of one group, 16 writers of one user',
  goal: 'exact; nothing acknowledged is lost; no 5xx',
  async run(run) {
    const bed = await run.start()
    await createNames(run, bed)
    await patchGroup(run, bed)
    await writeUser(run, bed)
  },
}

async function createNames({ figures, scaled, say }: Run, bed: Bed): Promise<void> {
  const names = scaled(NAMES, 10)
  say(`${5 * names} creates of ${names} names`)
  const tally = new Tally()
  const request = tallied(bed.request, tally)
  const wanted = Array.from({ length: 5 * names }, (_, n) => newUser(`Same.${n % names}@example.com`))
  await mapConcurrently(wanted, scaled(IN_FLIGHT, 5), (user) => request('POST', '/Users', user))
  const { body } = await bed.request('GET', '/Users?count=0')
  figures.count('creates: 5xx', tally.serverErrors)
  figures.count('creates: more or fewer than one for each name', Math.abs(names - tally.of(201)))
  figures.count('creates: answers that are neither 201 nor 409 nor 429', tally.requests - sumOf(tally, 201, 409, 429))
  figures.count('creates: totalResults is off by', Math.abs(Number(body.totalResults) - tally.of(201)))
}

async function patchGroup({ figures, scaled, say }: Run, bed: Bed): Promise<void> {
  const count = scaled(200, 20)
  say(`${count} PATCHes of one group`)
  const users = await seedSyncedUsers(bed.store, 500_001, 500_000 + count)
  const { body } = await mustSucceed(bed.request('POST', '/Groups', groupOf('Wanted')))
  const tally = new Tally()
  const request = tallied(bed.request, tally)
  const path = `/Groups/${body.id}?excludedAttributes=members`
  const answers = await mapConcurrently(users, scaled(IN_FLIGHT, 5), async (id) => ({
    id,
    answer: await request('PATCH', path, addMembers([id])),
  }))
  const acknowledged = answers.flatMap(({ id, answer }) => (isDone(answer) ? [id] : []))
  const settled = await untilSettled(bed, [body.id], 120_000)
  figures.count('PATCHes of a group: 5xx', tally.serverErrors)
  figures.count('PATCHes of a group: refused with 429', tally.of(429))
  figures.count('PATCHes of a group: left unfinished', settled === undefined ? 1 : 0)
  figures.count(
    'PATCHes of a group: acknowledged and lost, or the reverse',
    await wrongMembers(bed, body.id, new Set(acknowledged)),
  )
}

async function writeUser({ figures, scaled, say }: Run, bed: Bed): Promise<void> {
  const each = scaled(10, 2)
  const writers = scaled(WRITERS, 4)
  say(`${writers} writers of one user, ${each} changes each`)
  const { body } = await mustSucceed(bed.request('POST', '/Users', newUser('everybodys@example.com')))
  const tally = new Tally()
  const request = tallied(bed.request, tally)
  const path = `/Users/${body.id}?excludedAttributes=groups`
  const versions: string[] = []
  await mapConcurrently(
    Array.from({ length: writers }, (_, n) => n),
    writers,
    async (writer) => {
      for (let n = 0; n < each; n++) {
        const change = patchOf({ op: 'replace', path: 'title', value: `Writer ${writer}, ${n}` })
        const answer = await request('PATCH', path, change)
        if (isDone(answer)) versions.push(String(answer.headers.etag))
      }
    },
  )
  const { headers } = await bed.request('GET', path)
  figures.count('writers of a user: 5xx', tally.serverErrors)
  figures.count('writers of a user: one version given twice', versions.length - new Set(versions).size)
  figures.count('writers of a user: versions that are off', Math.abs(numberOf(headers.etag) - 1 - versions.length))
}

const isDone = ({ status }: Answer) => status === 200 || status === 204
const sumOf = (tally: Tally, ...statuses: number[]) => statuses.reduce((sum, status) => sum + tally.of(status), 0)
const numberOf = (etag = '') => Number(/\d+/.exec(etag)?.[0] ?? 0)
