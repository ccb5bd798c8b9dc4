/** The condition that an item has the version that was read; to be spread into an action. */
export const isAtVersion = (version: number) => ({
  ConditionExpression: 'version = :version',
  ExpressionAttributeValues: { ':version': version },
})
