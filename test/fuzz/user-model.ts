/** An e-mail as the model keeps it; every part may be missing. */
export interface Email {
  type?: string
  value?: string
  display?: string
  primary?: boolean
}

/** The user as the model keeps it: the few attributes the fuzzer changes, one field each. */
export interface ModelUser {
  userName: string
  title?: string
  active?: boolean
  givenName?: string
  familyName?: string
  department?: string
  emails: Email[]
}

/** Which e-mails an operation is about. */
export type Pick =
  | { by: 'type' | 'value'; is: string }
  | { by: 'both' | 'either'; type: string; value: string }
  | { by: 'primary' }

type Single = 'userName' | 'title' | 'active' | 'department'
type Op = 'add' | 'replace'
/** A schema that a list of schemas may name. */
export type Schema = 'core' | 'enterprise' | 'unknown'

/** What an operation means, whatever way it is written. */
export type Step =
  | { do: 'set'; op: Op; what: Single; value: string | boolean | null }
  | { do: 'unset'; what: Single }
  | { do: 'setName'; op: Op; parts: { givenName?: string | null; familyName?: string | null } }
  | { do: 'unsetName'; part: 'givenName' | 'familyName' | undefined }
  | { do: 'addEmails'; emails: Email[] }
  | { do: 'replaceEmails'; emails: Email[] | null }
  | { do: 'removeEmails'; pick: Pick | undefined }
  | { do: 'removeListed'; emails: Email[] }
  | { do: 'setPart'; op: Op; pick: Pick; part: keyof Email; value: string | boolean | null }
  | { do: 'removePart'; pick: Pick; part: keyof Email }
  | { do: 'putPicked'; op: Op; pick: Pick; email: Email }
  | { do: 'schemas'; op: 'add' | 'replace' | 'remove'; named: Schema[] | undefined }
  | { do: 'readOnly'; path: string }
  | { do: 'unknown'; path: string }
  | { do: 'ownId'; right: boolean }

type SetPart = Step & { do: 'setPart' }
type PutPicked = Step & { do: 'putPicked' }

/** A refusal, by its scimType. */
export class Refused extends Error {
  readonly scimType: string
  constructor(scimType: string) {
    super(scimType)
    this.scimType = scimType
  }
}

/** The user after one step, by the plainest reading of RFC 7644 §3.5.2. @throws {Refused} */
export function takeStep(before: ModelUser, step: Step): ModelUser {
  const user: ModelUser = structuredClone(before)
  switch (step.do) {
    case 'set':
      setSingle(user, step.what, step.value)
      break
    case 'unset':
      if (step.what === 'userName') throw new Refused('mutability')
      if (step.what !== 'active') delete user[step.what]
      break
    case 'setName':
      setName(user, step.parts)
      break
    case 'unsetName':
      if (step.part !== 'familyName') delete user.givenName
      if (step.part !== 'givenName') delete user.familyName
      break
    case 'addEmails':
      for (const email of distinct(saying(step.emails))) addEmail(user, email)
      unite(user)
      break
    case 'replaceEmails':
      user.emails = distinct(saying(step.emails ?? []))
      break
    case 'removeEmails':
      user.emails = user.emails.filter((email) => step.pick && !picks(step.pick, email))
      break
    case 'removeListed': {
      const listed = saying(step.emails)
      user.emails = user.emails.filter((email) => !listed.some((one) => isMeant(one, email)))
      break
    }
    case 'setPart':
      if (step.value === null) removePart(user, step.pick, step.part)
      else setPart(user, step)
      break
    case 'removePart':
      removePart(user, step.pick, step.part)
      break
    case 'putPicked':
      putPicked(user, step)
      break
    case 'schemas':
      setSchemas(user, step.op, step.named)
      break
    case 'readOnly':
      throw new Refused('mutability')
    case 'unknown':
      throw new Refused('invalidPath')
    case 'ownId':
      if (!step.right) throw new Refused('mutability')
  }
  return user
}

function setSingle(user: ModelUser, what: Single, value: string | boolean | null): void {
  if (what === 'userName' && (value === null || value === '')) throw new Refused('invalidValue')
  if (value === null) {
    if (what !== 'active') delete user[what]
  } else if (what !== 'active') user[what] = String(value)
  else if (String(value).toLowerCase() === 'true') user.active = true
  else if (String(value).toLowerCase() === 'false') user.active = false
  else throw new Refused('invalidValue')
}

function setName(user: ModelUser, parts: { givenName?: string | null; familyName?: string | null }): void {
  for (const part of ['givenName', 'familyName'] as const) {
    const value = parts[part]
    if (value === null) delete user[part]
    else if (value !== undefined) user[part] = value
  }
}

/** Naming changes nothing; what is taken away goes with its attributes, and the core schema stays. */
function setSchemas(user: ModelUser, op: Op | 'remove', named: Schema[] | undefined): void {
  if (op === 'add') return
  const gone = (schema: Schema) => (op === 'remove' ? (named?.includes(schema) ?? true) : !named?.includes(schema))
  if (gone('core')) throw new Refused('mutability')
  if (gone('enterprise')) delete user.department
}

function addEmail(user: ModelUser, email: Email): void {
  const at = user.emails.findIndex((other) => isSame(other, email))
  const merged = { ...user.emails[at], ...email }
  if (at < 0) user.emails.push(merged)
  else user.emails[at] = merged
  if (email.primary) demote(user, merged)
}

function setPart(user: ModelUser, { op, pick, part, value }: SetPart): void {
  const picked = user.emails.filter((email) => picks(pick, email))
  if (picked.length === 0) addPicked(user, op, pick, { [part]: value })
  for (const email of picked) Object.assign(email, { [part]: value })
  if (part === 'primary' && value === true && picked.length > 0) demote(user, picked.at(-1) as Email)
  unite(user)
}

/** An e-mail may be made part by part; when all is done it has an address. @throws {Refused} */
export function done(user: ModelUser): ModelUser {
  saying(user.emails)
  return user
}

function addPicked(user: ModelUser, op: Op, pick: Pick, email: Email): void {
  if (op === 'replace' || pick.by === 'either') throw new Refused('noTarget')
  addEmail(user, { ...described(pick), ...email })
  unite(user)
}

function removePart(user: ModelUser, pick: Pick, part: keyof Email): void {
  const picked = user.emails.filter((email) => picks(pick, email))
  if (picked.length === 0) return
  if (part === 'value') user.emails = user.emails.filter((email) => !picked.includes(email))
  for (const email of picked) delete email[part]
  user.emails = user.emails.filter((email) => Object.keys(email).length > 0)
  unite(user)
}

function putPicked(user: ModelUser, { op, pick, email }: PutPicked): void {
  if (Object.keys(email).length === 0) throw new Refused('invalidValue')
  if (op === 'replace') saying([email])
  const picked = user.emails.filter((other) => picks(pick, other))
  if (picked.length === 0) addPicked(user, op, pick, email)
  else if (op === 'add') addToPicked(user, picked, email)
  else replacePicked(user, picked, email)
}

function addToPicked(user: ModelUser, picked: Email[], email: Email): void {
  for (const other of picked) Object.assign(other, email)
  if (email.primary) demote(user, picked.at(-1) as Email)
  unite(user)
}

function replacePicked(user: ModelUser, picked: Email[], email: Email): void {
  user.emails[user.emails.indexOf(picked[0] as Email)] = email
  user.emails = user.emails.filter((other) => !picked.includes(other))
  if (email.primary) demote(user, email)
  unite(user)
}

/** Makes every other e-mail no primary. */
function demote(user: ModelUser, primary: Email): void {
  for (const email of user.emails) if (email !== primary && email.primary) email.primary = false
}

/** Two e-mails that have become the same value are one from then on. */
function unite(user: ModelUser): void {
  const kept: Email[] = []
  for (const email of user.emails) {
    const at = kept.findIndex((other) => isSame(other, email))
    if (at < 0) kept.push(email)
    else kept[at] = { ...kept[at], ...email, ...(kept[at]?.primary && { primary: true }) }
  }
  user.emails = kept
}

/** An e-mail without an address is no element of a list. */
function saying(emails: readonly Email[]): readonly Email[] {
  if (emails.some((email) => email.value === undefined)) throw new Refused('invalidValue')
  return emails
}

/** A list as it is read: the last primary alone, repetitions merged. */
function distinct(emails: readonly Email[]): Email[] {
  const last = emails.findLast((email) => email.primary)
  const kept: Email[] = []
  for (const email of emails) {
    const one = { ...email, ...(email.primary && { primary: email === last }) }
    const at = kept.findIndex((other) => isSame(other, one))
    if (at < 0) kept.push(one)
    else kept[at] = { ...kept[at], ...one }
  }
  return kept
}

function isSame(a: Email, b: Email): boolean {
  if (a.value === undefined || b.value === undefined) return asText(a) === asText(b)
  return low(a.value) === low(b.value) && low(a.type) === low(b.type)
}

function isMeant(listed: Email, email: Email): boolean {
  if (low(email.value) !== low(listed.value)) return false
  return listed.type === undefined || low(email.type) === low(listed.type)
}

function picks(pick: Pick, email: Email): boolean {
  if (pick.by === 'primary') return email.primary === true
  if ('is' in pick) return low(email[pick.by]) === low(pick.is)
  const { type, value } = pick
  const matches = [low(email.type) === low(type), low(email.value) === low(value)]
  return pick.by === 'both' ? matches.every(Boolean) : matches.some(Boolean)
}

function described(pick: Pick): Email {
  if (pick.by === 'primary') return { primary: true }
  if ('is' in pick) return { [pick.by]: pick.is }
  return { type: pick.type, value: pick.value }
}

function low(value: string | boolean | undefined): string {
  return String(value).toLowerCase()
}

function asText(email: Email): string {
  const parts = Object.entries(email).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(parts)
}
