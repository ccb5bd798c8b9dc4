import type { Attribute } from '../schema.ts'
import { attribute, complex, reference } from './define.ts'

const fixed = { mutability: 'readOnly' } as const

/** What every resource has whatever its type (RFC 7643 §3.1). */
export const commonAttributes: readonly Attribute[] = [
  attribute('schemas', 'The URNs of the schemas the resource has data of', {
    ...fixed,
    multiValued: true,
    required: true,
    returned: 'always',
  }),
  attribute('id', 'The identifier of the resource, made by the service provider', {
    ...fixed,
    caseExact: true,
    returned: 'always',
    uniqueness: 'global',
  }),
  attribute('externalId', 'The identifier the provisioning client knows the resource by', { caseExact: true }),
  complex(
    'meta',
    'What the service provider knows about the resource',
    [
      attribute('resourceType', 'The name of the resource type', { ...fixed, caseExact: true }),
      attribute('created', 'When the resource was created', { ...fixed, type: 'dateTime' }),
      attribute('lastModified', 'When the resource last changed', { ...fixed, type: 'dateTime' }),
      reference('location', 'The URL of the resource', ['uri'], fixed),
      attribute('version', 'The version of the resource, as in the ETag header', { ...fixed, caseExact: true }),
    ],
    fixed,
  ),
]
