import { plainJson } from '../../shared/audit/plain-text.ts'
import type { IssuedToken, ListedToken } from '../../shared/resources/views/token.ts'
import type { Session } from '../command.ts'
import type { ListView } from '../output.ts'
import { reserveSecretFile } from '../secret-file.ts'
import { toLines } from '../table.ts'

const addressesOf = ({ usedFrom }: ListedToken): string => usedFrom.map(({ address }) => address).join(' ')

/** Tokens of one integration. */
export const TOKEN_VIEW: ListView<ListedToken> = {
  table: [
    { header: 'ID', get: ({ tokenId }) => tokenId },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'STATUS', get: ({ status }) => status },
    { header: 'DAYS LEFT', get: ({ status, daysLeft }) => (status === 'live' ? daysLeft : undefined) },
    { header: 'EXPIRES', get: ({ expiresAt }) => expiresAt },
    { header: 'LAST USED', get: ({ lastUsedAt }) => lastUsedAt },
    { header: 'USED FROM', get: addressesOf },
    { header: 'CREATED', get: ({ createdAt }) => createdAt },
    { header: 'CREATED BY', get: ({ createdBy }) => createdBy },
  ],
}

/** Tokens of all integrations. */
export const ALL_TOKENS_VIEW: ListView<ListedToken> = {
  table: [{ header: 'INTEGRATION', get: ({ integration }) => integration }, ...TOKEN_VIEW.table],
}

/** Makes a token by `make` and shows it once, or writes it to a new file: which is there before anything is made. */
export async function makeShown<Issued extends IssuedToken>(
  session: Session,
  path: string | undefined,
  make: () => Promise<Issued>,
): Promise<Issued> {
  const file = path === undefined ? undefined : reserveSecretFile(path)
  try {
    const issued = await make()
    file?.write(`${issued.token}\n`)
    await showOnce(session, issued, path)
    return issued
  } finally {
    file?.close()
  }
}

/** A script that captures the output gets the token and nothing else; what is for people goes beside it. */
async function showOnce(
  { api, terminal, output }: Session,
  { token, ...rest }: IssuedToken,
  path: string | undefined,
): Promise<void> {
  if (output === 'json') {
    const shown = path === undefined ? { token } : { writtenTo: path }
    return terminal.write(`${plainJson({ ...rest, ...shown }, 2)}\n`)
  }
  const about = toLines([
    ['Integration', rest.integration],
    ['Token name', rest.name],
    ['Token id', rest.tokenId],
    ['Expires', rest.expiresAt],
    ['Base URL', `${api.url}/scim/v2`],
    ['Written to', path],
  ])
  terminal.tell(about)
  if (path !== undefined) return
  if (terminal.isPerson) terminal.tell('\nThe token, shown now and never again:')
  await terminal.write(`${token}\n`)
}
