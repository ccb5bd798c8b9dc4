import type { ClientKind } from '../scim/client-kind.ts'

/** A base URL as somebody pasted it, and those of the service that would be right. */
interface Pasted {
  text: string
  right: readonly [string, ...string[]]
  kind: ClientKind
}

interface Mistake {
  is(pasted: Pasted): boolean
  says: string
}

/** The path, in which two slashes are two. */
const pathOfUrl = ({ text }: Pasted): string => text.replace(/[?#].*$/, '').replace(/^\w+:\/\/[^/]*/, '')
const originOf = (text: string): string | undefined => URL.parse(text)?.origin

/** How a base URL is got wrong: the first that holds says it. */
const URL_MISTAKES: readonly Mistake[] = [
  { is: ({ text }) => !/^https?:\/\//.test(text) || !URL.canParse(text), says: 'It is no URL' },
  { is: ({ text }) => /\s/.test(text), says: 'There is a blank in it' },
  {
    is: ({ text, right: [own] }) => originOf(text) !== originOf(own),
    says: 'Its scheme, host or port are not those that this command asks (--url, ROLECALL_URL)',
  },
  { is: (pasted) => pathOfUrl(pasted).replace(/^\//, '').includes('//'), says: 'Two slashes follow each other in it' },
  { is: (pasted) => pathOfUrl(pasted).endsWith('/'), says: 'It ends with a slash, to which a provider adds another' },
  { is: (pasted) => /\/(Users|Groups)$/i.test(pathOfUrl(pasted)), says: 'It ends with what providers add themselves' },
  { is: (pasted) => !pathOfUrl(pasted).includes('/scim/v2'), says: 'It is too short: /scim/v2 is missing' },
  {
    is: ({ text, right }) => !right.includes(text.replace(/[?#].*$/, '')),
    says: "It is none of this integration's base URLs",
  },
]

/** What is wrong with a base URL as it was pasted, if anything is. */
export const mistakeOf = (pasted: Pasted): string | undefined => URL_MISTAKES.find(({ is }) => is(pasted))?.says

/** What else stands in the way of a provider that is given a right one. */
export function obstaclesOf({ text, kind }: Pick<Pasted, 'text' | 'kind'>): string[] {
  const url = new URL(text)
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return [
    ...(isLocal
      ? ['It is the local system, which no provider in the cloud can reach: deploy the service for one']
      : []),
    ...(kind === 'OKTA' && text.includes('_') ? ['There is an underscore in it, which Okta refuses'] : []),
  ]
}
