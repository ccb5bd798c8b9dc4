const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
])

/** Whether DynamoDB, or too many transactions on one item, ask to try again later. */
export const isThrottled = (error: unknown): boolean => error instanceof Error && THROTTLES.has(error.name)
