import { join } from 'node:path'

/** Folder of everything the local system keeps, in the project, unless `--data-dir` names another. */
export const DATA_FOLDER = join(import.meta.dirname, '..', '.rolecall')

/** What makes the next start quicker: made from the project and from no data, so it always stays in the project. */
export const CACHE_FOLDER = join(DATA_FOLDER, 'cache')
