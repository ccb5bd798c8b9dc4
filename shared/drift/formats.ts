import type { AttributeName } from './attributes.ts'
import { parseBlocked, parseStatus, type Status } from './status.ts'

/** A file an identity provider writes, told by its header alone; names of columns are in the form of `toColumnName`. */
export interface Format {
  name: string
  /** The names that tell it: all of one of these lists, and none of `without`. */
  needs: readonly (readonly string[])[]
  without?: readonly string[]
  /** Why it is no list of users or members, where it is none. */
  refused?: string
  /** Which columns hold an attribute: the first of them that the header has. */
  columns?: Readonly<Partial<Record<AttributeName, readonly string[]>>>
  /** What an externalId looks like, where another thing may stand in its column. */
  externalIdForm?: RegExp
  /** The column that says who may sign in; where none is there, the file says nothing of it. */
  status?: readonly StatusColumn[]
  /** The identity provider's own id, by which files of groups name their members; not what it sends as externalId. */
  objectId?: readonly string[]
  /** A file of members: the column that names the group; where there is none, one file is one group. */
  members?: { group?: string }
  /** The column that says what kind of object a row is, where that may be another than a user. */
  objectType?: string
  /** What must be known to judge what it says, if need be by the column of the id as it stands in the file. */
  trap?: string | ((objectId: string | undefined) => string)
}

export interface StatusColumn {
  column: string
  parse(text: string): Status
}

const says = (column: string): StatusColumn => ({ column, parse: parseStatus })
const saysBlocked = (column: string): StatusColumn => ({ column, parse: parseBlocked })

/** Suspended people of JumpCloud and states beside them: the account is off wherever it was provisioned. */
const parseJumpCloud = (text: string): Status => {
  const status = parseStatus(text)
  return status === 'suspended' ? 'off' : status
}

const entraColumns = {
  userName: ['userprincipalname'],
  email: ['mail'],
  displayName: ['displayname'],
  givenName: ['givenname'],
  familyName: ['surname'],
  title: ['jobtitle'],
  department: ['department'],
} as const

function noExternalId(objectId: string | undefined): string {
  const instead = objectId && `; where the object id is sent instead, add --map externalId=${objectId}`
  return `it has no mailNickname, which Entra sends as externalId unless told otherwise${instead ?? ''}`
}
const MEMBERS_LACK_THE_DEACTIVATED = 'Okta leaves deprovisioned people out of it'

/** Every format, each sure not to fit the header of another (`test/unit/drift/samples.test.ts`). */
export const FORMATS: readonly Format[] = [
  {
    name: 'Okta people export',
    needs: [['username', 'primaryemail', 'status']],
    columns: {
      userName: ['username'],
      externalId: ['userid'],
      email: ['primaryemail'],
      givenName: ['firstname'],
      familyName: ['lastname'],
    },
    status: [says('status')],
  },
  {
    name: 'Okta Password Health report',
    needs: [['login', 'authenticationsource']],
    columns: { userName: ['login'], displayName: ['user'] },
    status: [says('status')],
  },
  {
    name: 'Okta User Accounts report',
    needs: [['oktausername']],
    without: ['groupname'],
    columns: {
      userName: ['oktausername'],
      externalId: ['user', 'userid'],
      displayName: ['userfullname'],
      email: ['primaryemail'],
    },
    externalIdForm: /^00u/,
    status: [says('oktauserstatus')],
  },
  {
    name: 'Okta import template',
    needs: [['login', 'firstname']],
    columns: {
      userName: ['login'],
      email: ['email'],
      displayName: ['displayname'],
      givenName: ['firstname'],
      familyName: ['lastname'],
      middleName: ['middlename'],
      nickName: ['nickname'],
      title: ['title'],
      userType: ['usertype'],
      preferredLanguage: ['preferredlanguage'],
      locale: ['locale'],
      timezone: ['timezone'],
      employeeNumber: ['employeenumber'],
      costCenter: ['costcenter'],
      organization: ['organization'],
      division: ['division'],
      department: ['department'],
    },
    trap: 'it says nothing of who may sign in',
  },
  {
    name: 'Entra bulk create template',
    needs: [['userprincipalname', 'blocksignin']],
    columns: entraColumns,
    status: [saysBlocked('blocksignin')],
    trap: 'its accountEnabled answers "Block sign in": No means on',
  },
  {
    name: 'Entra users download',
    needs: [['userprincipalname', 'accountenabled']],
    columns: entraColumns,
    status: [says('accountenabled')],
    objectId: ['id', 'objectid'],
    trap: noExternalId,
  },
  {
    name: 'Microsoft 365 active users',
    needs: [['userprincipalname', 'blockcredential']],
    columns: {
      userName: ['userprincipalname'],
      displayName: ['displayname'],
      givenName: ['firstname'],
      familyName: ['lastname'],
      title: ['title'],
      department: ['department'],
    },
    status: [saysBlocked('blockcredential')],
    objectId: ['objectid'],
    trap: (objectId) => `its "Block credential" is turned round: False means on; ${noExternalId(objectId)}`,
  },
  {
    name: 'Google Workspace users download',
    needs: [
      ['emailaddress', 'firstname', 'status'],
      ['emailaddress', 'firstname', 'orgunitpath'],
    ],
    columns: {
      userName: ['emailaddress'],
      givenName: ['firstname'],
      familyName: ['lastname'],
      title: ['employeetitle'],
      employeeNumber: ['employeeid'],
      costCenter: ['costcenter'],
      department: ['department'],
    },
    status: [says('status')],
  },
  {
    name: 'JumpCloud users',
    needs: [
      ['username', 'firstname', 'state'],
      ['username', 'firstname', 'suspended'],
    ],
    columns: {
      userName: ['username'],
      email: ['email'],
      displayName: ['displayname'],
      givenName: ['firstname'],
      familyName: ['lastname'],
      title: ['jobtitle'],
      employeeNumber: ['employeeidentifier'],
      department: ['department'],
    },
    status: [{ column: 'state', parse: parseJumpCloud }, saysBlocked('suspended')],
    objectId: ['id'],
  },
  {
    name: 'Okta Group Membership report',
    needs: [['oktausername', 'groupname']],
    columns: { userName: ['oktausername'], displayName: ['userfullname'] },
    status: [says('oktauserstatus')],
    members: { group: 'groupname' },
    trap: MEMBERS_LACK_THE_DEACTIVATED,
  },
  {
    name: 'Entra group members download',
    needs: [
      ['userprincipalname', 'objecttype'],
      ['userprincipalname', 'isgroup'],
    ],
    without: ['accountenabled', 'blocksignin'],
    columns: entraColumns,
    objectId: ['id'],
    members: {},
    objectType: 'objecttype',
    trap: 'members of nested groups are not in it',
  },
  {
    name: 'Okta list for "Assign people"',
    needs: [['useridorlogin']],
    refused: 'it lists whom to add to a group, not who is there: export the group instead',
  },
  {
    name: 'Entra import members template',
    needs: [['memberobjectidorupn']],
    refused: 'it lists whom to add to a group, not who is there: download the members instead',
  },
  {
    name: 'Okta System Log',
    needs: [['eventtype', 'outcomeresult']],
    refused: 'it tells what happened, not who is there: export people or a report instead',
  },
]

/** The states of people are worth nothing where the deactivated are left out: who is missing may be deactivated. */
export const lacksDeactivated = ({ trap }: { trap?: Format['trap'] | undefined }): boolean =>
  trap === MEMBERS_LACK_THE_DEACTIVATED
