import { eventsHandler } from '../../shared/http/events-handler.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { EVENTS } from '../rehearsals.ts'

/** Answers auditors, through the gateway and by invocation. */
export const handler = await primed(eventsHandler, (understudy) => rehearse(understudy, EVENTS))
