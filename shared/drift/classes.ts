/** What a difference is, in the order in which reports tell it. */
interface ClassRule {
  title: string
  /** What mends it, where need be by a command written out from its words; of notes, why it is none. */
  mends: string | ((command: (words: string) => string) => string)
  /** Counted and listed when asked for, and no drift. */
  isNote?: true
}

/** Every kind of difference between a file and the service. */
export const DRIFT_CLASSES = {
  'missing-here': {
    title: 'in the file, not here',
    mends: 'assign them to the application at the identity provider, or push them again',
  },
  'missing-there': {
    title: 'active here, not in the file',
    mends: (command) => `find out who they are; "${command('user disable NAME')}" shuts one out`,
  },
  renamed: {
    title: 'renamed?',
    mends: 'push them again: the name here is an older one',
  },
  active: {
    title: 'active differs',
    mends: (command) => `push them again; until then "${command('user disable NAME')}" shuts out who is off there`,
  },
  suspended: {
    title: 'suspended there, active here',
    mends: 'decide whether the suspended may sign in here; Okta need not deactivate them',
  },
  'unknown-state': {
    title: 'a word about who may sign in that is not known',
    mends: 'write Yes or No into the file instead, or map another column: --map active=COLUMN',
  },
  attribute: {
    title: 'attributes differ',
    mends: 'push them again, or map the attribute at the identity provider',
  },
  'role-members': {
    title: 'members of a role differ',
    mends: 'push the group again',
  },
  'role-missing': {
    title: 'a role on one side alone',
    mends: 'push the group, or name those to be compared by --group',
  },
  direct: {
    title: 'changed directly here',
    mends: "the identity provider's next push of the attribute replaces it",
  },
  owner: {
    title: 'in the file, owned by another role',
    mends: (command) => `"${command('ownership transfer --user NAME --to ROLE')}" gives it to the role of the export`,
  },
  collision: {
    title: 'several of the file would have one name here',
    mends: 'names are the same whatever their letter case and Unicode form: rename all but one',
  },
  characters: {
    title: 'characters that are not seen',
    mends: 'remove them at the identity provider',
  },
  'no-name': {
    title: 'rows without the column that is matched',
    mends: 'fill it, or match by another: --match',
  },
  'off-and-absent': {
    title: 'off on one side, absent from the other',
    mends: 'neither side lets them in',
    isNote: true,
  },
  'of-others': {
    title: 'here, not in the file, owned by another role',
    mends: 'the export is not theirs',
    isNote: true,
  },
} as const satisfies Record<string, ClassRule>

export type DriftClass = keyof typeof DRIFT_CLASSES
export const DRIFT_CLASS_NAMES = Object.keys(DRIFT_CLASSES) as DriftClass[]

/** Whether it is counted only: neither drift nor shown unless it is asked for. */
export const isNote = (name: DriftClass): boolean => 'isNote' in DRIFT_CLASSES[name]

/** One thing that is otherwise in the file than here. */
export interface Difference {
  class: DriftClass
  type: 'USER' | 'ROLE'
  /** userName, or the name of the role; as the file has it where it is there. */
  name: string
  /** SCIM path of the attribute; of members, the role. */
  attribute?: string
  there?: string
  here?: string
  /** What else is known. */
  detail?: string
  /** Where it stands in the file. */
  line?: number
  /** The id here. */
  id?: string
}
