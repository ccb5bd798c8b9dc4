import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { ATTRIBUTE_NAMES } from '../../shared/drift/attributes.ts'
import { DRIFT_CLASS_NAMES } from '../../shared/drift/classes.ts'
import type { ExportFile } from '../../shared/drift/compare-export.ts'
import { MATCHES } from '../../shared/drift/match.ts'
import { collectBody } from '../../shared/http/message-body.ts'
import { invalidSyntax, invalidValue, tooLarge } from '../../shared/scim/error.ts'

/** Of all files together, with the words around them. */
const MAX_FORM_MB = 50

/** The files and the options of a question for drift. @throws {ScimError} saying what cannot be read. */
export async function takeDriftForm(message: IncomingMessage, response: ServerResponse) {
  const form = await takeForm(message, response)
  const text = (name: string) => form.get(name) ?? undefined
  const { data, error } = Options.safeParse({
    ...{ match: text('match'), attributes: text('attributes'), integration: text('integration'), role: text('role') },
    ...{ only: form.getAll('only'), group: form.getAll('group'), map: form.getAll('map') },
  })
  const [issue] = error?.issues ?? []
  if (!data) throw invalidValue(`Cannot read ${String(issue?.path[0])}: ${issue?.message}`)
  const [users] = await toFiles(form, 'users')
  if (!users) throw invalidSyntax('Cannot compare: send the export of users as the file "users"')
  const { only, group, map, ...options } = data
  return { options, only, files: { users, groups: await toFiles(form, 'groups'), group, map } }
}

async function takeForm(message: IncomingMessage, response: ServerResponse): Promise<FormData> {
  if (message.headers.expect) response.writeContinue()
  const body = await collectBody(message, MAX_FORM_MB * 1024 * 1024)
  if (!body) throw tooLarge(`Cannot take the files: together they are over ${MAX_FORM_MB} MB; use rolecall drift`)
  const headers = { 'content-type': message.headers['content-type'] ?? '' }
  return new Response(new Uint8Array(body), { headers }).formData().catch((cause) => {
    throw invalidSyntax('Cannot read the form: send multipart/form-data with a file "users"', { cause })
  })
}

/** The same words as the options of `rolecall drift`. */
const Options = z.object({
  match: z.enum(MATCHES).optional(),
  attributes: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(ATTRIBUTE_NAMES)))
    .optional(),
  integration: z.string().min(1).optional(),
  role: z.string().min(1).optional(),
  only: z.array(z.enum(DRIFT_CLASS_NAMES)),
  group: z.array(z.string().min(1)),
  map: z.array(z.string().min(1)),
})

const toFiles = (form: FormData, name: string): Promise<ExportFile[]> =>
  Promise.all(form.getAll(name).flatMap((entry) => (entry instanceof File ? [toFile(entry)] : [])))

const toFile = async (file: File): Promise<ExportFile> => ({ name: file.name, bytes: await file.bytes() })
