import type { Facts } from '../../../shared/audit/sentences/facts.ts'
import { commandWords } from '../parts/shell.ts'
import { detailsOf } from './details.ts'

/** What mends a refusal: why it was refused, and the one command, where there is one. */
export interface RemedyOf {
  why: string
  words?: readonly string[]
}

/** The remedy of what was refused or failed; undefined for what was done. */
export function remedyOf(facts: Facts): RemedyOf | undefined {
  if (facts.status < 400 && facts.row.METHOD !== 'NOTICE') return undefined
  const advised = adviceOf(facts)
  const known = REMEDIES.find(({ fits }) => fits(facts))?.say(facts)
  if (advised) return { why: known?.why ?? advised.why, ...(advised.words && { words: advised.words }) }
  return known
}

/** What the service advised in the event itself; its command is taken apart. */
function adviceOf({ row }: Facts): RemedyOf | undefined {
  const { advice } = detailsOf(row)
  if (advice === undefined) return undefined
  const words = commandWords(advice)
  const why = advice.replace(/\s*:?\s*rolecall .*$/s, '').trim()
  return { why: why === '' ? 'To mend it:' : `${why}${words ? ':' : ''}`, ...(words && { words }) }
}

const integrationOf = ({ row }: Facts): string => row.ACTOR_DOMAIN
const refusedTokens = (pattern: RegExp) => (facts: Facts) => facts.row.METHOD === 'ANY' && pattern.test(facts.detail)

/** An integration stands in a row of refused tokens only where its token was known. */
const named = (facts: Facts): string | undefined =>
  /^[A-Z][\w$]*$/.test(integrationOf(facts)) ? integrationOf(facts) : undefined
const about = (facts: Facts, ...words: string[]): Pick<RemedyOf, 'words'> => {
  const name = named(facts)
  return name === undefined ? {} : { words: [...words, name] }
}

/** The first that fits. */
const REMEDIES: readonly { fits(facts: Facts): boolean; say(facts: Facts): RemedyOf }[] = [
  {
    fits: refusedTokens(/expired/),
    say: (facts) => ({
      why: 'The token has ended. Issue another, and paste it where the old one stands:',
      ...about(facts, 'token', 'issue'),
    }),
  },
  {
    fits: refusedTokens(/revoked|issued before/),
    say: (facts) => ({
      why: 'The token was ended by an administrator. Whoever still uses it needs another:',
      ...about(facts, 'token', 'issue'),
    }),
  },
  {
    fits: refusedTokens(/is disabled/),
    say: (facts) => {
      const name = named(facts)
      return {
        why: 'The integration is disabled. To let it in again:',
        ...(name !== undefined && { words: ['integration', 'alter', name, '--enabled', 'true'] }),
      }
    },
  },
  {
    fits: refusedTokens(/network policy|address/),
    say: (facts) => ({
      why: 'No network policy lets that address in. See the policy, and add the address if it is one of yours:',
      ...(named(facts) === undefined ? { words: ['network-policy', 'list'] } : about(facts, 'integration', 'describe')),
    }),
  },
  {
    fits: refusedTokens(/no such token|wrong secret|malformed|bearer|scheme|token of ours/i),
    say: () => ({
      why: 'Nobody knows this token: was it pasted whole, and into the account that it is for? See which there are:',
      words: ['token', 'list'],
    }),
  },
  {
    fits: ({ status, detail }) => status === 403 && /belongs to role "/.test(detail),
    say: ({ row, detail }) => {
      const owner = /belongs to role "((?:[^"\\]|\\.)*)"/.exec(detail)?.[1] ?? 'Another role'
      return {
        why: `${row.ACTOR_DOMAIN} runs as ${row.ACTOR_NAME}, and ${owner} owns ${row.RESOURCE_NAME ?? 'it'}. To hand it over:`,
      }
    },
  },
  {
    fits: ({ status, detail }) => status === 403 && /lacks the privilege \w+$/.test(detail),
    say: ({ row, detail }) => {
      const privilege = /lacks the privilege (\w+)$/.exec(detail)?.[1] ?? ''
      return {
        why: `Role ${row.ACTOR_NAME} may not do that. To let it, for all integrations that run as it:`,
        words: ['provisioner', 'grant', row.ACTOR_NAME, privilege],
      }
    },
  },
  {
    fits: ({ status, detail }) => status === 429 && /integration release/.test(detail),
    say: (facts) => ({
      why: 'The brake held a mass change. If it is wanted, let it pass for a while:',
      words: ['integration', 'release', integrationOf(facts), '--for', '1h'],
    }),
  },
  {
    fits: ({ status }) => status === 429,
    say: () => ({ why: 'Several changes met at the same object. The client comes again by itself; nothing is lost.' }),
  },
  {
    fits: ({ row }) => row.ERROR_CODE === '409 uniqueness',
    say: ({ row }) => ({
      why: `The name is another ${row.RESOURCE_DOMAIN === 'ROLE' ? 'role' : 'user'}’s already, in whatever letter case. Rename or hand over the one that has it.`,
    }),
  },
  {
    fits: ({ status }) => status === 412,
    say: () => ({
      why: 'Somebody else had changed it since the client read it. The client reads it again and repeats its change.',
    }),
  },
  {
    fits: ({ status, row }) => status === 404 && row.EVENT_TYPE === 'SCIM',
    say: () => ({
      why: 'The client holds an id that is not here, or belongs to another account. Its next full synchronisation makes it anew; see what differs with Drift.',
    }),
  },
  {
    fits: ({ status }) => status >= 500 && status !== 501,
    say: () => ({
      why: 'It was not the client’s fault, and the client comes again by itself. If it stays so:',
      words: ['health'],
    }),
  },
  {
    fits: ({ detail }) => detail !== '',
    say: ({ detail }) => ({ why: `The client was told: “${detail}”` }),
  },
]
