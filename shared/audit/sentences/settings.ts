import type { Change } from '../rest-event.ts'
import { attributeName, attributes, valueText } from './attributes.ts'
import { changeOf, type Facts } from './facts.ts'
import { doing, type Kinds } from './kind.ts'
import { objectOf, withWord } from './object.ts'
import { list, say, type Words } from './parts.ts'

const NAME = 2
const about = (type: string) => (facts: Facts) => withWord(type, objectOf(facts, type, NAME))
const provisioner = about('PROVISIONER')
const account = about('ACCOUNT')
const policy = about('NETWORK_POLICY')
/** The OAuth client is called as its integration. */
const client = about('OAUTH_CLIENT')

/** The entries of a list that only one side of a change has. */
const only = (change: Change | undefined, side: 'before' | 'after', other: 'before' | 'after'): unknown[] => {
  const here = toList(change?.[side])
  const there = new Set(toList(change?.[other]).map(String))
  return here.filter((entry) => !there.has(String(entry)))
}
const toList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** `granted createUser to role HR_PROVISIONER`. */
function changedPrivileges(facts: Facts): Words {
  const change = changeOf(facts, 'privileges')
  const [granted, revoked] = [only(change, 'after', 'before'), only(change, 'before', 'after')]
  const told = [
    ...(granted.length > 0 ? [say`granted ${granted.join(', ')} to ${provisioner(facts)}`] : []),
    ...(revoked.length > 0 ? [say`revoked ${revoked.join(', ')} from ${provisioner(facts)}`] : []),
  ]
  return told.length > 0 ? list(told) : changed(provisioner)(facts)
}

/** `changed network policy OFFICE: 2 added`. */
function changedPolicy(facts: Facts): Words {
  const lists = [changeOf(facts, 'allowed'), changeOf(facts, 'blocked')]
  const added = lists.flatMap((change) => only(change, 'after', 'before')).length
  const removed = lists.flatMap((change) => only(change, 'before', 'after')).length
  const counts = [added > 0 ? `${added} added` : '', removed > 0 ? `${removed} removed` : ''].filter(
    (text) => text !== '',
  )
  return counts.length > 0 ? say`changed ${policy(facts)}: ${counts.join(', ')}` : changed(policy)(facts)
}

/** `set retention of account default to 90 days`. */
function changedAccount(facts: Facts): Words {
  const [change, ...more] = facts.changes
  if (change?.attribute === 'primaryRegion' && valueText(change)) return say`promoted ${valueText(change)}`
  if (!change || more.length > 0) return changed(account)(facts)
  const value = change.after === undefined ? 'nothing' : valueText(change)
  const days = /^retention(Days)?$/i.test(change.attribute) && /^\d+$/.test(value ?? '') ? ' days' : ''
  if (value === undefined) return changed(account)(facts)
  return say`set ${attributeName(change.attribute).replace(/Days$/, '')} of ${account(facts)} to ${value}${days}`
}

const changed =
  (object: (facts: Facts) => Words) =>
  (facts: Facts): Words =>
    facts.changes.length > 0
      ? say`changed ${attributes(facts.changes)} of ${object(facts)}`
      : say`sent the same settings of ${object(facts)} again; nothing changed`

/** The five requests that every kind of setting has, but for what a change of it is called. */
const settings = (
  collection: string,
  plural: string,
  object: (facts: Facts) => Words,
  change: (facts: Facts) => Words,
): Kinds => ({
  [`GET admin/${collection}`]: doing('listed', 'list', () => say`${plural}`),
  [`POST admin/${collection}`]: doing('created', 'create', object),
  [`GET admin/${collection}/{}`]: doing('looked up', 'look up', object),
  [`PATCH admin/${collection}/{}`]: { done: change, attempt: (facts) => say`change ${object(facts)}` },
  [`DELETE admin/${collection}/{}`]: doing('dropped', 'drop', object),
})

/** Provisioner roles, accounts, network policies and OAuth clients. */
export const SETTINGS_KINDS: Kinds = {
  ...settings('provisioners', 'provisioner roles', provisioner, changedPrivileges),
  ...settings('accounts', 'accounts', account, changedAccount),
  ...settings('network-policies', 'network policies', policy, changedPolicy),
  'GET admin/integrations/{}/oauth': doing('looked up', 'look up', client),
  'POST admin/integrations/{}/oauth': doing('created', 'create', client),
  'PATCH admin/integrations/{}/oauth': { done: changed(client), attempt: (facts) => say`change ${client(facts)}` },
  'DELETE admin/integrations/{}/oauth': doing('dropped', 'drop', client),
  'GET admin/health': doing('looked', 'look', () => say`at the health of the account`),
  'GET admin/whoami': doing('asked', 'ask', () => say`who they are signed in as`),
  'POST admin/whoami': doing('asked', 'ask', () => say`whether they may change anything`),
  'POST admin/integrations/{}/oauth/rotate': doing('rotated the secret of', 'rotate the secret of', client),
}
