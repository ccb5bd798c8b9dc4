import { round, toMarkdown } from '../bench/table.ts'

/** One figure beside its goal. */
export interface Figure {
  scenario: string
  what: string
  /** `null` where it never came to that. */
  value: number | null
  /** The most it may be. */
  goal: number
  unit: string
  met: boolean
  /** Counts decide on the outcome of a run; times depend on the machine and are only shown. */
  by: 'count' | 'time'
}

/** The figures of one scenario, in the order they were found. */
export class Figures {
  readonly all: Figure[] = []
  readonly #scenario: string

  constructor(scenario: string) {
    this.#scenario = scenario
  }

  /** What must not happen, or only so often. */
  count(what: string, value: number, goal = 0, unit = ''): void {
    this.#add({ what, value, goal, unit, by: 'count' })
  }

  /** Units of one size over those of another, from which they may differ by a tenth, or as it is said. */
  ratio(what: string, value: number, goal: number): void {
    this.#add({ what, value, goal, unit: '×', by: 'count' })
  }

  /** A time, or a ratio of times. */
  time(what: string, value: number | undefined, goal: number, unit: string): void {
    this.#add({ what, value: value ?? null, goal, unit, by: 'time' })
  }

  #add({ value, ...figure }: Omit<Figure, 'scenario' | 'met'>): void {
    const shown = value === null ? null : round(value)
    this.all.push({ scenario: this.#scenario, ...figure, value: shown, met: shown !== null && shown <= figure.goal })
  }
}

/** The figures as a markdown table. */
export function presentFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ scenario, what, value, goal, unit, met, by }) => {
    const withUnit = (figure: number) => [figure.toLocaleString('en'), unit].filter((part) => part !== '').join(' ')
    const verdict = met ? 'ok' : by === 'time' ? 'slower' : 'MISSED'
    return [scenario, what, value === null ? 'never' : withUnit(value), `≤ ${withUnit(goal)}`, verdict]
  })
  return toMarkdown(['scenario', 'what', 'figure', 'goal', 'verdict'], rows)
}

/** What decides on the exit code. */
export const missedCounts = (figures: readonly Figure[]): Figure[] =>
  figures.filter(({ met, by }) => !met && by === 'count')
