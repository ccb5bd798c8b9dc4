import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '../../shared/audit/reading/service.ts'
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
import type { DriftLine } from '../api.ts'
import type { ConsoleOptions } from './console.ts'
import { takeDriftForm } from './drift-form.ts'
import { closingOf } from './forward.ts'
import { presentRefusal, toRefusal, UnreadableFile } from './refusal.ts'
import { openService } from './service.ts'

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
  const service = openService(upstream, account ?? undefined, closingOf(response))
  const role = options.integration ? await roleOf(service, options.integration) : options.role
  const send = (line: DriftLine) => void response.write(`${JSON.stringify(line)}\n`)
  const asked: Asked = {
    page: (collection, query) => service.call<Page>({ path: ['admin', collection], query }),
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

const roleOf = async (service: Service, integration: string) =>
  (await service.call<IntegrationView>({ path: ['admin', 'integrations', integration] })).role
