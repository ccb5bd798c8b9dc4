import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../../../shared/scim/filter/parser.ts'
import { isExact, planFilter } from '../../../../shared/scim/filter/plan.ts'
import { resourceTypes } from '../../../../shared/scim/resource-types.ts'

const { User, Group } = resourceTypes('GENERIC')
const SCAN = { by: 'scan' }

function plan(text: string, type = User) {
  const filter = parseFilter(text, type)
  const path = planFilter(filter, type)
  return [path, isExact(path, filter)]
}

describe('planFilter()', () => {
  test.each([
    ['id eq "x"', { by: 'id', id: 'x' }, true],
    ['userName eq "Ann"', { by: 'name', name: 'Ann' }, true],
    ['snowflakeUserName eq "ANN"', { by: 'name', name: 'ANN', attribute: 'snowflakeUserName' }, true],
    ['snowflakeUserName sw "ANN"', SCAN, false],
    ['snowflakeUserName eq ""', SCAN, false],
    ['externalId eq "E"', { by: 'lookup', attribute: 'externalId', value: 'E' }, false],
    ['emails.value eq "a@x"', { by: 'lookup', attribute: 'emails.value', value: 'a@x' }, false],
    ['emails eq "a@x"', { by: 'lookup', attribute: 'emails.value', value: 'a@x' }, false],
    ['emails[value eq "a@x"]', { by: 'lookup', attribute: 'emails.value', value: 'a@x' }, false],
    ['emails[type eq "work" and value eq "a@x"]', { by: 'lookup', attribute: 'emails.value', value: 'a@x' }, false],
    ['emails[type eq "work"].value eq "a@x"', { by: 'lookup', attribute: 'emails.value', value: 'a@x' }, false],
    ['userName sw "an"', { by: 'namePrefix', prefix: 'an' }, true],
    ['active eq true and userName eq "Ann"', { by: 'name', name: 'Ann' }, false],
    ['userName eq "Ann" and id eq "x"', { by: 'id', id: 'x' }, false],
    [
      'userName sw "A" and (title pr and externalId eq "E")',
      { by: 'lookup', attribute: 'externalId', value: 'E' },
      false,
    ],
    ['id eq "x" and manager eq "m"', { by: 'id', id: 'x' }, false],
    ['manager eq "m"', SCAN, false],
    ['userName sw ""', SCAN, false],
    ['userName eq ""', { by: 'name', name: '' }, true],
    ['externalId eq ""', SCAN, false],
    ['id eq ""', SCAN, false],
    ['userName eq null', SCAN, false],
    ['userName ne "Ann"', SCAN, false],
    ['not (userName eq "Ann")', SCAN, false],
    ['id eq "y" or (id eq "x" or id eq "y")', { by: 'ids', ids: ['x', 'y'] }, false],
    ['title pr and (id eq "x" or id eq "y")', { by: 'ids', ids: ['x', 'y'] }, false],
    ['id eq "x" or title eq "y"', SCAN, false],
    ['id eq "x" or id ne "y"', SCAN, false],
    ['displayName eq "Ann"', SCAN, false],
    ['emails[value eq "a" or type eq "b"]', SCAN, false],
    ['phoneNumbers.value eq "1"', SCAN, false],
    ['groups.value eq "g"', SCAN, false],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "m"', SCAN, false],
  ])('%s', (text, expected, exact) => {
    expect(plan(text)).toEqual([expected, exact])
  })

  test.each([
    ['displayName eq "Ops"', { by: 'name', name: 'Ops' }, true],
    ['displayName sw "O"', { by: 'namePrefix', prefix: 'O' }, true],
    ['members eq "u"', { by: 'member', userId: 'u' }, true],
    ['members.value eq "u"', { by: 'member', userId: 'u' }, true],
    ['members[value eq "u"]', { by: 'member', userId: 'u' }, false],
    ['id eq "g" and members[value eq "u"]', { by: 'id', id: 'g' }, false],
    ['displayName sw "O" and members eq "u"', { by: 'member', userId: 'u' }, false],
    ['members.display eq "u"', SCAN, false],
  ])('%s of groups (FIL-15)', (text, expected, exact) => {
    expect(plan(text, Group)).toEqual([expected, exact])
  })
})
