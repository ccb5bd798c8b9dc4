import type { Schema } from '../schema.ts'
import { attribute, complex, reference } from './define.ts'

export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The enterprise extension of User (RFC 7643 §4.3, §8.7.1). */
export const enterpriseUser: Schema = {
  id: ENTERPRISE_USER,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'The number or code the organization gave the person'),
    attribute('costCenter', 'The name of the cost center'),
    attribute('organization', 'The name of the organization'),
    attribute('division', 'The name of the division'),
    attribute('department', 'The name of the department'),
    complex('manager', "The user's manager, who need not be known here", [
      attribute('value', 'The id of the manager', { caseExact: true }),
      reference('$ref', 'The URL of the manager', ['User']),
      attribute('displayName', 'The displayName of the manager', { mutability: 'readOnly' }),
    ]),
  ],
}
