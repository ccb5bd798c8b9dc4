import { changeAccount, createAccount, describeAccount, listAccountViews } from '../../resources/accounts.ts'
import { dropAccount } from '../../resources/drop-account.ts'
import { askedForFrame } from '../once-per-hour.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Accounts and their settings; of a path that names an account the context is that account's. */
export const accountOperations = {
  'GET /admin/accounts': async ({ query }, context) => {
    askedForFrame(query, context)
    return json(200, { accounts: await listAccountViews(context) })
  },
  'POST /admin/accounts': async (request, context) => json(201, await createAccount(context, requireObject(request))),
  'GET /admin/accounts/{account}': async (_request, context) => json(200, await describeAccount(context)),
  'PATCH /admin/accounts/{account}': async (request, context) =>
    json(200, await changeAccount(mayBeDry(request, context), requireObject(request))),
  'DELETE /admin/accounts/{account}': async (request, context) => {
    await dropAccount(mayBeDry(request, context))
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
