/** Which of two regions a service is in, and what it has to know of the stacks of the other. */
export type Twin = HomeTwin | OtherTwin

interface Both {
  /** The region whose stack has the table, primary of accounts without a fence; and the one that takes over. */
  home: string
  other: string
}

export interface HomeTwin extends Both {
  /** The key of the replica, if the table has keys of ours. */
  otherKeyArn?: string
  /** What says by which region clients are answered, where the domain's record is ours. */
  healthCheckId?: string
}

export interface OtherTwin extends Both {
  /** The table's name, which is the same in both, as the home region's stack says it. */
  tableName: string
}

export const isHome = (twin: Twin): twin is HomeTwin => !('tableName' in twin)

/** The region of the service itself. */
export const ownRegion = (twin: Twin): string => (isHome(twin) ? twin.home : twin.other)
