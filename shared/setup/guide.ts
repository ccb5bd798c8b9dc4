import type { ClientKind } from '../scim/client-kind.ts'

/** What a value is filled with; the words that stand for it in documents, where nothing is known yet. */
export const PLACEHOLDERS = {
  baseUrl: 'the base URL',
  token: 'the token, alone',
  tokenEndpoint: 'the token endpoint',
  clientId: 'the client id',
  clientSecret: 'the client secret',
} as const
export type Placeholder = keyof typeof PLACEHOLDERS

/** Where a step or a field is for one way to authenticate only. */
interface Conditional {
  only?: 'token' | 'oauth'
}

/** One field of a console. Labels change: `called` are other names of it that were seen. */
export interface Field extends Conditional {
  label: string
  called?: readonly string[]
  /** May hold `{baseUrl}` and the other {@link PLACEHOLDERS}. */
  value: string
  note?: string
}

/** One thing to do in a console: where, what to fill in, what to mind. */
export interface GuideStep extends Conditional {
  /** What to choose, one after the other. */
  go: readonly string[]
  called?: readonly string[]
  fields?: readonly Field[]
  note?: string
}

/** How one identity provider is connected, as data: the command prints it, documents are held against it. */
export interface Guide {
  /** As sentences call it: `Microsoft Entra ID`. */
  title: string
  kind: ClientKind
  /** What integration and role are called unless it is said otherwise. */
  integration: string
  role: string
  /** In the order in which they are done. */
  steps: readonly GuideStep[]
  /** What it usually is when nothing comes. */
  forgotten: readonly string[]
  /** Whether it can get access tokens with client credentials (RFC 6749 §4.4). */
  oauth: boolean
  /** After how many minutes its first request is overdue. */
  firstRequestMinutes: number
}

/** A guide of which every value is known: what is not for this way to authenticate is left out. */
export function fillSteps(
  { steps }: Pick<Guide, 'steps'>,
  way: 'token' | 'oauth',
  values: Readonly<Partial<Record<Placeholder, string>>>,
): GuideStep[] {
  const isFor = ({ only }: Conditional) => only === undefined || only === way
  const fill = ({ only: _, ...field }: Field): Field => ({ ...field, value: fillValue(field.value, values) })
  return steps.filter(isFor).map(({ only: _, fields, ...step }) => ({
    ...step,
    ...(fields && { fields: fields.filter(isFor).map(fill) }),
  }))
}

const fillValue = (template: string, values: Readonly<Partial<Record<Placeholder, string>>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: Placeholder) => values[name] ?? PLACEHOLDERS[name])
