import { adminHandler } from '../../shared/http/admin-handler.ts'
import { adminOperations } from '../../shared/http/admin-operations.ts'
import { handlerOptions } from '../../shared/http/handler-options.ts'

/** Serves administrators, whom IAM has authorized. */
export const handler = adminHandler<'admin'>(handlerOptions(), adminOperations)
