import { readFileSync } from 'node:fs'
import { formatAttributePath, resolveAttributePath } from '../shared/scim/attribute-path.ts'
import { ScimError } from '../shared/scim/error.ts'
import { applyPatch } from '../shared/scim/patch/apply.ts'
import { PATCH_OP } from '../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../shared/scim/patch/request.ts'
import type { Attribute, Json, JsonObject, ResourceType, Schema } from '../shared/scim/schema.ts'
import { parseResource } from '../shared/scim/validate.ts'
import { Failure, UsageError } from './failure.ts'

/** A PatchOp (RFC 7644 §3.5.2). */
export interface PatchBody {
  schemas: [string]
  Operations: JsonObject[]
}

/**
 * What `--set attribute=value` and `--unset attribute` come to, by the rules of the service: paths of SCIM, and JSON
 * where a value begins with `{` or `[`. @throws {UsageError} naming what there is.
 */
export function toPatch(type: ResourceType, set: readonly string[], unset: readonly string[]): PatchBody {
  const Operations = [
    ...set.map((text) => toSet(type, text)),
    ...unset.map((path) => ({ op: 'remove', path: withoutPassword(path) })),
  ]
  const body: PatchBody = { schemas: [PATCH_OP], Operations }
  if (Operations.length > 0) explained(type, () => parsePatch(type, toJson(body)))
  return body
}

/** A resource from a file, where one is named, with attributes set over it. @throws {UsageError} @throws {Failure} */
export function toResource(type: ResourceType, file: string | undefined, set: readonly string[]): JsonObject {
  const base = file === undefined ? {} : { schemas: [type.schema.id], ...parseFile(file) }
  const { Operations } = toPatch(type, set, [])
  return explained(type, () => {
    const given = file === undefined ? {} : parseResource(type, base)
    const operations = Operations.length === 0 ? [] : parsePatch(type, { schemas: [PATCH_OP], Operations })
    const { attributes } = applyPatch(type, given, operations, { id: '' })
    const members = 'members' in given ? { members: given.members } : {}
    return { schemas: [type.schema.id], ...toJson({ ...attributes, ...members }) }
  })
}

const toJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value))

function parseFile(path: string): JsonObject {
  try {
    const parsed: Json = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
    throw new Error('expected a JSON object')
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** @throws {UsageError} */
function toSet(type: ResourceType, text: string): JsonObject {
  // A filter in the path may hold the sign too: emails[type eq "a=b"].value=x
  const [, path, value] = /^((?:[^=[]|\[[^\]]*\])+)=(.*)$/s.exec(text) ?? []
  if (path === undefined || value === undefined) throw new UsageError(`--set "${text}": expected attribute=value`)
  // Of a list `add` changes the element that the filter finds, or makes it.
  const op = path.includes('[') ? 'add' : 'replace'
  return { op, path: withoutPassword(path), value: toValue(type, path, value) }
}

function toValue(type: ResourceType, path: string, text: string): Json {
  if (/^\s*[{[]/.test(text)) return parseValue(path, text)
  const found = resolveAttributePath(type, path.replace(/\[.*\]/s, ''))
  const { type: kind } = (found && 'subAttribute' in found && found.subAttribute) || found?.attribute || {}
  if (kind === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return (kind === 'integer' || kind === 'decimal') && text.trim() !== '' && Number.isFinite(Number(text))
    ? Number(text)
    : text
}

function parseValue(path: string, text: string): Json {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`--set ${path}: cannot read the value as JSON, which it is where it begins with { or [`, {
      cause,
    })
  }
}

function withoutPassword(path: string): string {
  if (!/(^|[:.])password$/i.test(path.trim())) return path.trim()
  throw new UsageError("A password cannot be set: passwords are their users' and their identity providers'")
}

/** Says what the service would refuse before it is asked, with the attributes there are where one is not. */
function explained<T>(type: ResourceType, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    const there = error.scimType === 'invalidPath' ? `\nThere is ${listAttributes(type).join(', ')}` : ''
    throw new UsageError(`${error.message}${there}`, { cause: error })
  }
}

/** What may be set, as paths: of an extension with its URN. */
function listAttributes({ common, schema, extensions }: ResourceType): string[] {
  const core = [...common, ...schema.attributes].filter(isWritable).map(({ name }) => name)
  return [...core, ...extensions.flatMap(({ schema: extension }) => listExtension(extension))]
}

const listExtension = (extension: Schema): string[] =>
  extension.attributes.filter(isWritable).map((attribute) => formatAttributePath({ extension, attribute }))

const isWritable = ({ mutability, name }: Attribute): boolean => mutability === 'readWrite' && name !== 'password'
