import type { Doorkeeper } from '../../shared/http/doorkeeper.ts'

/** Refuses nobody and notes nothing, where a test counts or breaks what the operation itself does with the table. */
export const idleDoorkeeper = (): Doorkeeper => ({ refuse: async () => {}, noteUse: async () => {} })
