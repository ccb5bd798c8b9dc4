import * as z from 'zod'
import { EVENT_PARAMETERS, endOf } from '../../shared/audit/event-query.ts'
import type { Step } from '../../shared/resources/steps.ts'
import { isResourceId } from '../../shared/scim/resource-id.ts'
import { type Command, command } from '../command.ts'
import { UsageError } from '../failure.ts'
import { DRY_RUN, optional, someText, toggle } from '../flags.ts'
import { carryOutSteps } from '../steps.ts'

const AN_EVENT = 'expected the id of an event, as "rolecall event-history" shows it'

const undo = command({
  words: 'undo',
  summary:
    'Set users and roles back to what they were before an event, or before all that an integration or somebody did',
  flags: {
    event: optional('ID', 'what this event changed', z.string().refine(isResourceId, AN_EVENT)),
    integration: optional('NAME', 'what this integration changed', someText),
    actor: optional('ROLE|ARN', 'what this role or AWS principal changed', someText),
    since: optional('TIME', 'from this instant on, or this day', EVENT_PARAMETERS.from),
    until: optional('TIME', 'up to this instant, or this day; now, if not given', EVENT_PARAMETERS.to),
    'dry-run': DRY_RUN,
    force: toggle('also what has been changed again since'),
    'with-created': toggle('also drop what was made'),
  },
  examples: [
    'rolecall undo --integration OKTA_PROVISIONING --since 2026-08-31T10:00:00Z --dry-run',
    'rolecall undo --integration OKTA_PROVISIONING --since 2026-08-31T10:00:00Z',
    'rolecall undo --event 0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
  ],
  check: ({ event, integration, actor, since, until }) => {
    const isRange = [integration, actor, since, until].some((one) => one !== undefined)
    const isMany = event === undefined && (integration ?? actor) !== undefined && since !== undefined
    if (event === undefined ? !isMany : isRange)
      throw new UsageError('Give --event, or --since with --integration or --actor')
  },
  run: (
    session,
    { event, integration, actor, since, until, 'dry-run': isDryRun, force, 'with-created': withCreated },
  ) => {
    const asked = {
      ...(event !== undefined && { event: event.toLowerCase() }),
      ...(integration !== undefined && { integration }),
      ...(actor !== undefined && { actor }),
      ...(since !== undefined && { since: new Date(since.first).toISOString() }),
      ...(until !== undefined && { until: new Date(endOf(until, Date.now())).toISOString() }),
      ...(isDryRun && { dryRun: true }),
      ...(force && { force: true }),
      ...(withCreated && { withCreated: true }),
    }
    const ask = (next: string | undefined) =>
      session.api.call<Step>({ method: 'POST', path: ['admin', 'undo'], body: { ...asked, next } })
    return carryOutSteps(session, ask, { done: 'set back', isDryRun })
  },
})

const undrop = ({ word, collection, name }: { word: string; collection: string; name: string }): Command =>
  command({
    words: `${word} undrop`,
    summary: `Bring a deleted ${word} back, under its old id`,
    operands: [{ name: 'ID|NAME', help: 'its id, or the name it had, in any letter case' }],
    flags: { 'dry-run': DRY_RUN },
    examples: [`rolecall ${word} undrop ${name} --dry-run`, `rolecall ${word} undrop ${name}`],
    run: (session, { 'dry-run': isDryRun }, idOrName = '') => {
      const path = ['admin', collection, idOrName, 'undrop']
      const ask = (next: string | undefined) =>
        session.api.call<Step>({ method: 'POST', path, query: { ...(isDryRun && { dryRun: 'true' }), next } })
      return carryOutSteps(session, ask, { done: 'set back', isDryRun })
    },
  })

export const undoCommands: Command[] = [
  undo,
  undrop({ word: 'user', collection: 'users', name: 'ada@example.com' }),
  undrop({ word: 'role', collection: 'roles', name: 'Engineering' }),
]
