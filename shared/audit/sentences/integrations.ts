import { attributes } from './attributes.ts'
import { changeOf, type Facts, textAt } from './facts.ts'
import { doing, type Kinds } from './kind.ts'
import { objectOf, withWord } from './object.ts'
import { say, type Words } from './parts.ts'
import { spanText } from './time.ts'

const NAME = 2

const integration = (facts: Facts): Words => withWord('INTEGRATION', objectOf(facts, 'INTEGRATION', NAME))

/** One that was there already is replaced, or left as it is: `create --or-replace`, `--if-not-exists`. */
function created(facts: Facts): Words {
  if (facts.changes.some(({ before }) => before !== undefined)) return say`replaced ${integration(facts)}`
  return facts.changes.length > 0 ? say`created ${integration(facts)}` : say`left ${integration(facts)} as it was`
}

function changed(facts: Facts): Words {
  const { changes } = facts
  if (changes.length === 0) return say`sent the same settings of ${integration(facts)} again; nothing changed`
  const enabled = changes.length === 1 ? changeOf(facts, 'enabled')?.after : undefined
  if (enabled !== undefined) return say`${enabled === false ? 'disabled' : 'enabled'} ${integration(facts)}`
  return say`changed ${attributes(changes)} of ${integration(facts)}`
}

/** `released the brake of ENTRA_PROVISIONING for 1 hour`, or took that back. */
function released(facts: Facts): Words {
  if (facts.changes.length === 0) return say`left the brake of ${integration(facts)} as it was`
  if (textAt(facts, 'brakeReleasedUntil') === undefined)
    return say`ended the release of the brake of ${integration(facts)}`
  const until = Date.parse(textAt(facts, 'brakeReleasedUntil') ?? '')
  const span = spanText(until - Date.parse(facts.row.EVENT_TIMESTAMP))
  return say`released the brake of ${integration(facts)}${span && ` for ${span}`}`
}

/** Integrations, their settings and their brakes. */
export const INTEGRATION_KINDS: Kinds = {
  'GET admin/integrations': doing('listed', 'list', () => say`integrations`),
  'POST admin/integrations': { done: created, attempt: (facts) => say`create ${integration(facts)}` },
  'GET admin/integrations/{}': doing('looked up', 'look up', integration),
  'PATCH admin/integrations/{}': { done: changed, attempt: (facts) => say`change ${integration(facts)}` },
  'DELETE admin/integrations/{}': doing('dropped', 'drop', integration),
  'POST admin/integrations/{}/release': {
    done: released,
    attempt: (facts) => say`release the brake of ${integration(facts)}`,
  },
}
