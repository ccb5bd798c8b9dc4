/** Days the record outlives the token, so that its use is still recognised. */
const REMEMBERED_DAYS = 90

/** When DynamoDB may delete what is known of a token that ended at `endedAt` (epoch milliseconds): epoch seconds. */
export const ttlAfter = (endedAt: number, days = REMEMBERED_DAYS): number => Math.ceil(endedAt / 1000) + days * 86_400
