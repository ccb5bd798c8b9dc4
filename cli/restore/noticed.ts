import type { Counts, Plan } from './plan.ts'

/** What identity providers notice of a restore, in sentences. */
export function toNoticed({ kinds, issuedSince }: Plan): string[] {
  const objects = (act: keyof Counts) => `${kinds.users[act]} users and ${kinds.roles[act]} roles`
  const some = (act: keyof Counts) => kinds.users[act] + kinds.roles[act] > 0
  return [
    ...(some('returned')
      ? [`${objects('returned')} come back under the ids they had: who remembers those finds them again`]
      : []),
    ...(some('deleted')
      ? [
          `${objects('deleted')} that were made since are gone: their identity provider hears 404 and makes them anew, under new ids`,
        ]
      : []),
    ...(some('changed')
      ? [
          `${objects('changed')} are what they were, as a new version: their identity provider sends at its next cycle what it has other`,
        ]
      : []),
    ...(issuedSince.length > 0
      ? [`${issuedSince.length} tokens that were issued since end: whoever uses one hears 401 and needs another`]
      : []),
    `${kinds.events.kept} events that were written since stay in the history`,
  ]
}
