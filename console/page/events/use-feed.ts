import { useKept } from '../list/use-kept.ts'
import { EventFeed } from './feed.ts'

/** The feed of a question, drawn again when it changes; another `turn` asks for all of it again. */
export const useFeed = (question: Readonly<Record<string, string>>, turn = 0): EventFeed =>
  useKept(question, () => new EventFeed(question), turn)
