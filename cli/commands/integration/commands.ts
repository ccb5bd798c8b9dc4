import type { Command } from '../../command.ts'
import { integrationAlter } from './alter.ts'
import { integrationCreate } from './create.ts'
import { integrationDrop } from './drop.ts'
import { integrationDescribe, integrationList } from './list.ts'
import { integrationRelease } from './release.ts'

/** Integrations, from their making to their end. */
export const integrationCommands: Command[] = [
  integrationCreate,
  integrationList,
  integrationDescribe,
  integrationAlter,
  integrationDrop,
  integrationRelease,
]
