import { type ListQuestion, PagedList } from './paged-list.ts'
import { useKept } from './use-kept.ts'

/** The list of a question, drawn again when it changes; another `turn` asks for all of it again. */
export const usePagedList = <Item, Row>(question: ListQuestion<Item, Row>, turn = 0): PagedList<Item, Row> =>
  useKept([question.path, question.query], () => new PagedList(question), turn)
