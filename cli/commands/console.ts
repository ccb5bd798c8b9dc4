import { ROLECALL } from '../../local/command-line.ts'
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import { type Command, command } from '../command.ts'
import { Failure } from '../failure.ts'
import { optional, toggle, wholeNumber } from '../flags.ts'

const LINK_MINUTES = 5
/** Nothing is done meanwhile: it waits for Ctrl-C. */
const HOUR_MS = 3_600_000

/** Serves the console of any service on this machine, until Ctrl-C. */
export const consoleCommand: Command = command({
  words: 'console',
  summary: 'Look at a service in the browser: its events, users, roles, integrations',
  outputs: [],
  flags: {
    port: optional('N', 'the port of 127.0.0.1 to serve it on (default any free one)', wholeNumber(0, 65_535)),
    'read-only': toggle('pass on nothing that changes anything'),
    'no-open': toggle('print the link alone, and open no browser'),
  },
  examples: [
    'rolecall console',
    'rolecall console --read-only --url https://abc123.execute-api.eu-west-1.amazonaws.com/prod',
  ],
  run: async ({ api, terminal }, values) => {
    // Loaded for whoever asks for it: the other commands begin sooner.
    const { serveConsole } = await import('../../console/server/serve-console.ts')
    const options = {
      ...{ upstream: api.target, readOnly: values['read-only'], command: ROLECALL },
      commandOptions: api.target.options,
      link: { once: true, until: Date.now() + LINK_MINUTES * 60_000 },
      howToOpen: `start rolecall console again: its link is good once, for ${LINK_MINUTES} minutes`,
      logFailure: ({ message }: Error) => terminal.tell(`The console failed: ${message}`),
    }
    const served = await serveConsole(options, values.port ?? 0).catch((cause: Error) => {
      throw new Failure(cause.message, { cause })
    })
    const interrupted = terminal.untilInterrupted()
    const link = withAccount(served.link, api.account)
    await terminal.write(`Console: ${link}\n`)
    terminal.tell(`The link is good once, for ${LINK_MINUTES} minutes. Ctrl-C ends the console of ${api.url}`)
    if (!values['no-open']) terminal.open(link)
    while (!interrupted.aborted) await terminal.pause(HOUR_MS, interrupted)
    await served.close()
    return undefined
  },
})

/** The account is the first thing that the page's address says. */
function withAccount(link: string, account: string): string {
  return account === DEFAULT_ACCOUNT ? link : link.replace('/?', `/?account=${account}&`)
}
