import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminResourceOperations } from '../../shared/http/admin/resource-operations.ts'
import { primed } from '../../shared/http/handler-options.ts'
import { rehearse } from '../../shared/http/rehearsal.ts'
import { ADMIN_RESOURCES } from '../rehearsals.ts'

/** Serves administrators who look at users and roles, or change them, whoever owns them; IAM has authorized them. */
export const handler = await primed(
  (options) => adminHandler<'admin-resources'>(options, adminResourceOperations),
  (understudy) => rehearse(understudy, ADMIN_RESOURCES),
)
