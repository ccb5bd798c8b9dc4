import { adminHandler } from '../../shared/http/admin-handler.ts'
import { adminOperations } from '../../shared/http/admin-operations.ts'
import { start } from '../../shared/http/start.ts'

/** Serves administrators, whom IAM has authorized. */
export const handler = adminHandler<'admin'>(start(), adminOperations)
