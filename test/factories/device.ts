import type { ResourceType } from '../../shared/scim/schema.ts'
import { commonAttributes } from '../../shared/scim/schemas/common.ts'
import { attribute, plural } from '../../shared/scim/schemas/define.ts'

export const DEVICE_SCHEMA = 'urn:example:params:scim:schemas:core:2.0:Device'

/** A third resource type: its schema and its entry, and no other line. */
export const DEVICE: ResourceType = {
  name: 'Device',
  endpoint: '/Devices',
  description: 'Something that signs in by itself',
  schema: {
    id: DEVICE_SCHEMA,
    name: 'Device',
    description: 'Device',
    attributes: [
      attribute('serialNumber', 'What is on its plate', { required: true, uniqueness: 'server', identifier: true }),
      attribute('model', 'What shops call it'),
      plural('tags', 'Words to find it by', attribute('value', 'The word')),
    ],
  },
  extensions: [],
  common: commonAttributes,
  collection: 'DEVICE',
  uniqueName: 'serialNumber',
  furtherNames: [],
  lookups: ['externalId', 'tags.value'],
  auditWord: 'DEVICE',
  privileges: { create: 'createDevice', monitor: 'monitorDevice' },
}
