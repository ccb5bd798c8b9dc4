import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminOperations } from '../../shared/http/admin/operations.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { ADMIN } from '../rehearsals.ts'

/** Serves administrators, whom IAM has authorized. */
export const handler = await primed(
  (options) => adminHandler<'admin'>(options, adminOperations),
  (understudy) => rehearse(understudy, ADMIN),
)
