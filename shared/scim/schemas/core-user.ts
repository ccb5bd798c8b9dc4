import type { Schema } from '../schema.ts'
import { attribute, complex, kindOfValue, plural, reference } from './define.ts'

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User'

const derived = { mutability: 'readOnly' } as const
const places = ['work', 'home', 'other'] as const
const telephones = ['work', 'home', 'mobile', 'fax', 'pager', 'other'] as const
const messengers = ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'] as const

/** The core User schema (RFC 7643 §4.1, §8.7.1). */
export const coreUser: Schema = {
  id: CORE_USER,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'The name the user signs in with, unique whatever its letter case', {
      required: true,
      uniqueness: 'server',
      identifier: true,
    }),
    complex('name', "The parts of the user's name", [
      attribute('formatted', 'The full name, ready to be shown'),
      attribute('familyName', 'The family name or last name'),
      attribute('givenName', 'The given name or first name'),
      attribute('middleName', 'The middle names'),
      attribute('honorificPrefix', 'The title before the name, such as "Ms."'),
      attribute('honorificSuffix', 'The suffix after the name, such as "III"'),
    ]),
    attribute('displayName', 'The name shown to people'),
    attribute('nickName', 'The casual name'),
    reference('profileUrl', "The URL of the user's profile page", ['external']),
    attribute('title', 'The job title, such as "Vice President"'),
    attribute('userType', 'The relationship to the organization, such as "Contractor" or "Employee"'),
    attribute('preferredLanguage', 'The preferred languages, as in the Accept-Language header'),
    attribute('locale', 'The locale for currency, dates and numbers, such as "en-US"'),
    attribute('timezone', 'The time zone, in the names of the IANA database, such as "America/Los_Angeles"'),
    attribute('active', 'Whether the user may sign in; true unless said otherwise', {
      type: 'boolean',
      defaultValue: true,
      keptByReplace: true,
    }),
    attribute('password', 'The clear-text password: may be set, is never returned', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    plural('emails', 'E-mail addresses', attribute('value', 'An e-mail address'), places),
    plural('phoneNumbers', 'Telephone numbers', attribute('value', 'A telephone number'), telephones),
    plural('ims', 'Instant messaging addresses', attribute('value', 'An instant messaging address'), messengers),
    plural('photos', 'Photos', reference('value', 'The URL of a photo', ['external']), ['photo', 'thumbnail']),
    complex(
      'addresses',
      'Mailing addresses',
      [
        attribute('formatted', 'The full address, ready to be shown; may hold line breaks'),
        attribute('streetAddress', 'The street, house number and whatever else a letter needs; may hold line breaks'),
        attribute('locality', 'The city or locality'),
        attribute('region', 'The state or region'),
        attribute('postalCode', 'The postal code'),
        attribute('country', 'The country, such as "US"'),
        ...kindOfValue(places),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'The groups the user is a member of; changed through the groups',
      [
        attribute('value', 'The id of the group', { ...derived, caseExact: true }),
        reference('$ref', 'The URL of the group', ['Group'], derived),
        attribute('display', 'The displayName of the group', derived),
        attribute('type', 'How the user is a member', { ...derived, canonicalValues: ['direct', 'indirect'] }),
      ],
      { ...derived, multiValued: true },
    ),
    plural('entitlements', 'Things the user is entitled to', attribute('value', 'An entitlement')),
    plural('roles', 'Roles of the user, in the words of the client', attribute('value', 'A role')),
    plural(
      'x509Certificates',
      'Certificates issued to the user',
      attribute('value', 'A DER-encoded X.509 certificate in Base64', { type: 'binary', caseExact: true }),
    ),
  ],
}
