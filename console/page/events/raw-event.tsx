import type { EventRow } from '../../../shared/audit/event-row.ts'
import { Copy } from '../parts/copy.tsx'
import { Value } from '../parts/value.tsx'

/** The event as the service keeps it, DETAILS opened. */
export function rawText(row: EventRow): string {
  try {
    return JSON.stringify({ ...row, DETAILS: JSON.parse(row.DETAILS) as unknown }, undefined, 2)
  } catch {
    return JSON.stringify(row, undefined, 2)
  }
}

/** The same to read and to copy; lines stay lines. */
export const RawEvent = ({ row }: { row: EventRow }) => (
  <div class="raw-holder">
    <pre class="raw">
      {rawText(row)
        .split('\n')
        .map((line, i) => (
          <div key={i}>
            <Value text={line} />
          </div>
        ))}
    </pre>
    <Copy text={() => rawText(row)}>Copy JSON</Copy>
  </div>
)
