/** Tries a deployment: `npm run smoke -- --url https://scim.example.com/scim/v2 --token TOKEN --admin-url https://scim.example.com`. */
import { openApi } from '../../cli/api.ts'
import { Failure, UsageError } from '../../cli/failure.ts'
import { findTarget } from '../../cli/target.ts'
import { processTerminal } from '../../cli/terminal.ts'
import { clean } from './clean.ts'
import { OptionError, parseOptions, USAGE } from './options.ts'
import { smoke } from './smoke.ts'

async function main(): Promise<number> {
  const { help, isCleaning, adminUrl, account, signed, ...service } = parseOptions(process.argv.slice(2))
  if (help) {
    process.stdout.write(USAGE)
    return 0
  }
  const tell = (line: string) => process.stdout.write(`${line}\n`)
  if (isCleaning) {
    tell(`${await clean(service)} objects taken away`)
    return 0
  }
  const target = adminUrl && (await findTarget({ ...signed, url: adminUrl }, processTerminal()))
  const { url, prefix } = service
  tell(
    `Names begin with ${prefix}; should this be cut off: npm run smoke -- --url ${url} --token ... --clean ${prefix}`,
  )
  return (await smoke({ ...service, admin: target ? openApi(target, account) : undefined }, tell)) === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  const isMisunderstood = error instanceof OptionError || error instanceof UsageError
  if (!isMisunderstood && !(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = isMisunderstood ? 2 : 1
}
