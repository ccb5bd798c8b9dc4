import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Asked,
  compareExport,
  type Export,
  type ExportFiles,
  parseExport,
} from '../../shared/drift/compare-export.ts'
import { FileError } from '../../shared/drift/file-error.ts'
import type { Page } from '../../shared/drift/pages.ts'
import { onlyShown, presentDrift } from '../../shared/drift/summary.ts'
import type { IntegrationView } from '../../shared/resources/views/integration.ts'
import { ScimError } from '../../shared/scim/error.ts'
import type { DriftLine } from '../api.ts'
import type { ConsoleOptions } from './console.ts'
import { takeDriftForm } from './drift-form.ts'
import { closingOf } from './forward.ts'
import { presentRefusal, toRefusal, UnreadableFile } from './refusal.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/**
 * Compares files with what is here, as `rolecall drift` does; they stay on this machine. Sends how far it has come, then
 * the report, each as a line of JSON. Whoever goes away ends it.
 * @throws {ScimError} before the first line where the files or the options cannot be read.
 */
export async function serveDrift(
  { upstream, logFailure }: Pick<ConsoleOptions, 'upstream' | 'logFailure'>,
  account: string | null,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { files, only, options } = await takeDriftForm(message, response)
  const given = parseFiles(files)
  const ask = questioner(upstream, account, closingOf(response))
  const role = options.integration ? await roleOf(ask, options.integration) : options.role
  const send = (line: DriftLine) => void response.write(`${JSON.stringify(line)}\n`)
  const asked: Asked = {
    page: (collection, query) => ask<Page>([collection], query),
    onProgress: (users, of) => send({ progress: { users, of } }),
  }
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  try {
    send({ report: presentDrift(onlyShown(await compareExport(given, { ...options, role }, asked), only)) })
  } catch (error) {
    send({ error: presentRefusal(toRefusal(error, logFailure)) })
  }
  response.end()
}

function parseFiles(files: ExportFiles): Export {
  try {
    return parseExport(files)
  } catch (error) {
    throw error instanceof FileError ? new UnreadableFile(error) : error
  }
}

const roleOf = async (ask: Ask, integration: string) => (await ask<IntegrationView>(['integrations', integration])).role

type Ask = ReturnType<typeof questioner>

/** What an administrator asks for below `/admin`. */
function questioner(upstream: Upstream, account: string | null, signal: AbortSignal) {
  return async <Answer>(path: readonly string[], query: Record<string, string | number> = {}): Promise<Answer> => {
    const pairs = Object.entries({ ...(account !== null && { account }), ...query })
    const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
    const place = `/admin/${path.map(encodeURIComponent).join('/')}`
    const answer = await askUpstream(upstream, { method: 'GET', path: place, search: search && `?${search}`, signal })
    if (!answer.ok) throw await refusalOf(answer)
    return (await answer.json()) as Answer
  }
}

async function refusalOf(answer: Response): Promise<ScimError> {
  const { detail = answer.statusText } = (await answer.json().catch(() => ({}))) as { detail?: string }
  return new ScimError(answer.status, undefined, detail)
}
