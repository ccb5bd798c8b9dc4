import { listShownExtensions } from './aliases.ts'
import { notFound } from './error.ts'
import { CURSOR_TIMEOUT_SECONDS, DEFAULT_COUNT, MAX_BODY_BYTES, MAX_BULK_OPERATIONS, MAX_COUNT } from './limits.ts'
import { quote } from './quote.ts'
import type { ResourceTypes } from './resource-types.ts'
import type { Attribute, ResourceType, Schema } from './schema.ts'

const CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'
const RESOURCE_TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'
const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema'

/**
 * The body of `/ServiceProviderConfig` (RFC 7643 §5, RFC 9865 §4): what is offered, and nothing that is not.
 * Passwords can be changed only through an integration that synchronises them. `baseUrl` has no slash at its end.
 */
export function serviceProviderConfig(baseUrl: string, { syncPassword }: { syncPassword: boolean }) {
  return {
    schemas: [CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: MAX_BODY_BYTES },
    filter: { supported: true, maxResults: MAX_COUNT },
    changePassword: { supported: syncPassword },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: DEFAULT_COUNT,
      maxPageSize: MAX_COUNT,
      cursorTimeout: CURSOR_TIMEOUT_SECONDS,
    },
    authenticationSchemes: [bearerToken, clientCredentials],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  }
}

const bearerToken = {
  type: 'oauthbearertoken',
  name: 'OAuth Bearer Token',
  description: 'A bearer token issued by an administrator for one integration, valid for six months',
  specUri: 'https://www.rfc-editor.org/info/rfc6750',
  primary: true,
}

const clientCredentials = {
  type: 'oauth2',
  name: 'OAuth 2.0 client credentials',
  description:
    'An access token for an hour, from the token endpoint of this service, for clients that an administrator enabled',
  specUri: 'https://www.rfc-editor.org/info/rfc6749',
  primary: false,
}

/** The bodies of all resource types, for the list at `/ResourceTypes` (RFC 7644 §4). */
export function presentResourceTypes(types: ResourceTypes, baseUrl: string) {
  return Object.values(types).map((type: ResourceType) => presentResourceType(type, baseUrl))
}

/** The body of `/ResourceTypes/{name}` (RFC 7643 §6). */
export function presentResourceType(type: ResourceType, baseUrl: string) {
  const { name, endpoint, description, schema } = type
  const extensions = listShownExtensions(type)
  return {
    schemas: [RESOURCE_TYPE_SCHEMA],
    id: name,
    name,
    endpoint,
    description,
    schema: schema.id,
    schemaExtensions: extensions.map((extension) => ({ schema: extension.schema.id, required: extension.required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  }
}

/** The bodies of every schema a resource type names, each once, for the list at `/Schemas` (RFC 7644 §4). */
export function presentSchemas(types: ResourceTypes, baseUrl: string) {
  return [...listSchemas(types).values()].map((schema) => presentSchema(schema, baseUrl))
}

/** The body of `/Schemas/{urn}` (RFC 7643 §7). */
export function presentSchema({ id, name, description, attributes }: Schema, baseUrl: string) {
  return {
    schemas: [SCHEMA_SCHEMA],
    id,
    name,
    description,
    attributes: attributes.map(presentAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  }
}

/** @throws {ScimError} 404 when no resource type has that name. */
export function requireResourceType(types: ResourceTypes, name: string): ResourceType {
  const type = Object.values(types).find((candidate: ResourceType) => candidate.name === name)
  if (type) return type
  throw notFound(`There is no resource type ${quote(name)}: GET /ResourceTypes lists them`)
}

/** A schema by its URN in any letter case. @throws {ScimError} 404 when no resource type has it. */
export function requireSchema(types: ResourceTypes, urn: string): Schema {
  const schema = listSchemas(types).get(urn.toLowerCase())
  if (schema) return schema
  throw notFound(`There is no schema ${quote(urn)}: GET /Schemas lists them`)
}

/** `externalId` is common to all types, yet clients look for it in the core schemas (CHECKLIST, disagreements). */
function listSchemas(types: ResourceTypes): Map<string, Schema> {
  const schemas = Object.values(types).flatMap((type: ResourceType) => [
    {
      ...type.schema,
      attributes: [...type.common.filter(({ name }) => name === 'externalId'), ...type.schema.attributes],
    },
    ...listShownExtensions(type).map((extension) => extension.schema),
  ])
  return new Map(schemas.map((schema) => [schema.id.toLowerCase(), schema]))
}

/** What the wire format defines of an attribute; our own characteristics stay inside. */
function presentAttribute(attribute: Attribute): object {
  const { canonicalValues, referenceTypes, subAttributes } = attribute
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    ...(canonicalValues && { canonicalValues }),
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(referenceTypes && { referenceTypes }),
    ...(subAttributes && { subAttributes: subAttributes.map(presentAttribute) }),
  }
}
