import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { notFound, type ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { accountKey } from './keys.ts'
import type { Action, Actions } from './transaction.ts'

/** The name of the action that holds while there is the account: where it fails, somebody has dropped it. */
export const ACCOUNT = 'account'

/**
 * Counts that something is made in an account that has to be there already, in the transaction that makes it: who drops
 * the account at the same time loses the race, or has won it. The default one is always there.
 */
export const withinAccountActions = (account: string): Actions =>
  account === DEFAULT_ACCOUNT ? {} : { [ACCOUNT]: withinAccountAction(account) }

const withinAccountAction = (account: string): Action => ({
  Update: {
    Key: accountKey(account),
    UpdateExpression: 'ADD version :one',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':one': 1 },
  },
})

/** There is no account of the name any more. */
export const accountGone = (account: string): ScimError => notFound(`There is no account ${quote(account)} any more`)
