import { apiAddress } from '../data/api.ts'
import { Command } from '../parts/command.tsx'
import { Panel } from '../parts/menu.tsx'
import { commandOf, filtersOf, outcomesOf, rangeOf } from './question.ts'
import type { TimelineValues } from './schema.ts'

/** Every event of the filter as a file, which the console's own server writes as it reads; and the command that does it. */
export const Export = ({ values }: { values: TimelineValues }) => (
  <Panel label="Export" icon="download">
    {() => (
      <div class="export">
        <p class="meta">All events of these filters, oldest first, each with its sentence.</p>
        <div class="actions">
          {['csv', 'json'].map((format) => (
            <a key={format} class="button" href={fileAddress(values, format)} download={`events.${format}`}>
              {format.toUpperCase()}
            </a>
          ))}
        </div>
        <Command words={[...commandOf(values), '--all', '--sentences', '--output', 'csv']} />
      </div>
    )}
  </Panel>
)

const fileAddress = (values: TimelineValues, format: string): string =>
  apiAddress(['export'], { format, ...filtersOf(values), ...outcomesOf(values), ...rangeOf(values) })
