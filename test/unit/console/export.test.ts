import type { ServerResponse } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventAnswer } from '../../../shared/audit/event-answer.ts'
import { EVENT_COLUMNS, type EventRow } from '../../../shared/audit/event-row.ts'
import { type Asked, openSession, startConsole } from '../../factories/console.ts'
import { ofAda, rowOf } from '../../factories/sentences.ts'

const row = rowOf({ ...ofAda({}), resourceName: '=HYPERLINK("x")', changes: [{ attribute: 'title', after: 'x' }] })
const range = { from: '2026-08-31T10:00:00.000Z', to: '2026-08-31T11:00:00.000Z', limit: 2000 }
const answerOf = (...events: EventRow[]): EventAnswer => ({ ...range, events })

let events: (target: URL) => [number, object]
const behind = ({ target }: Asked, response: ServerResponse) => {
  const url = new URL(target, 'http://127.0.0.1')
  const [status, body] = url.pathname === '/events' ? events(url) : [403, { detail: 'not yours' }]
  response.writeHead(status).end(JSON.stringify(body))
}
const { url, page, stop, send, asked, failures } = await startConsole(behind, { readOnly: true })
afterAll(stop)
const headers = await openSession(url, page.link)
beforeEach(() => {
  asked.length = failures.length = 0
  events = () => [200, answerOf(row)]
})
const fetchFile = (search: string, given: Record<string, string | string[]> = headers) =>
  send({ target: `/console/api/export${search}`, headers: given })

describe('GET /console/api/export', () => {
  test('sends CSV with every column and the sentence, in which no cell is a formula', async () => {
    const { status, headers: sent, body } = await fetchFile('?format=csv&account=two&outcome=changed')
    expect([status, sent['content-type'], sent['content-disposition']]).toEqual([
      ...[200, 'text/csv; charset=utf-8', 'attachment; filename="events.csv"'],
    ])
    const [head, line, end] = body.split('\r\n')
    expect([head, end]).toEqual([[...EVENT_COLUMNS, 'SENTENCE'].map((name) => `"${name}"`).join(','), ''])
    expect(line).toContain(`,"'=HYPERLINK(""x"")",`)
    expect(line).toMatch(/changed title of =HYPERLINK\(""x""\)"$/)
    expect(asked.map(({ target }) => target)[0]).toBe('/events?account=two&outcome=changed&purpose=export&limit=2000')
  })

  test('sends JSON as one list, also of nothing', async () => {
    const file = await fetchFile('?format=json')
    expect([file.headers['content-type'], JSON.parse(file.body)]).toEqual([
      'application/json',
      [{ ...row, SENTENCE: expect.stringMatching(/changed title of =HYPERLINK\("x"\)$/) }],
    ])
    events = () => [200, answerOf()]
    expect((await fetchFile('?format=json')).body).toBe('[]\n')
  })

  test('writes part by part what does not fit one answer, oldest first', async () => {
    const at = (minute: number, i: number): EventRow => ({
      ...row,
      EVENT_TIMESTAMP: `2026-08-31T10:${String(minute).padStart(2, '0')}:00.000Z`,
      EVENT_ID: `${minute}-${i}`,
    })
    const all = Array.from({ length: 60 }, (_, minute) => Array.from({ length: 50 }, (_, i) => at(minute, i))).flat()
    events = ({ searchParams }) => {
      const { from = range.from, to = range.to, limit = '2000', before } = Object.fromEntries(searchParams)
      const held = all.filter(({ EVENT_TIMESTAMP: time }) => time >= from && time <= to && !before)
      return [200, { from, to, limit: Number(limit), events: held.slice(-Number(limit)) }]
    }
    const { body } = await fetchFile('?format=json')
    expect(JSON.parse(body).map(({ EVENT_ID }: EventRow) => EVENT_ID)).toEqual(all.map(({ EVENT_ID }) => EVENT_ID))
  })

  test('says what is refused before the first byte', async () => {
    events = () => [400, { detail: 'Cannot read took' }]
    const refused = await fetchFile('?format=csv&took=x')
    expect([refused.status, JSON.parse(refused.body).detail]).toEqual([400, 'Cannot read took'])
    expect(refused.headers['content-disposition']).toBeUndefined()
    const unknown = await fetchFile('?format=xlsx')
    expect([unknown.status, JSON.parse(unknown.body).detail]).toEqual([400, 'Cannot write "xlsx": there is csv, json'])
  })

  test('is cut, and told in the terminal, where the service fails on the way', async () => {
    let count = 0
    events = () => {
      count++
      if (count === 1) return [200, { ...answerOf(row), events: Array.from({ length: 2000 }, () => row) }]
      return count < 3 ? [200, answerOf(row)] : [503, { detail: 'The table does not answer' }]
    }
    await expect(fetchFile('?format=csv')).rejects.toThrow('aborted')
    expect(failures.map(({ message }) => message)).toEqual(['The table does not answer'])
  })

  test.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['of another page of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['without a session', { cookie: '' }, 401],
  ])('is for the page alone: a request %s is refused', async (_name, other, status) => {
    expect((await fetchFile('?format=csv', { ...headers, ...other })).status).toBe(status)
    expect(asked).toEqual([])
  })
})
