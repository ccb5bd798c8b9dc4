import { PLACES } from '../pages.ts'
import { Dialog } from '../parts/dialog.tsx'

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['j  k', 'Next and previous row'],
  ['Enter  o', 'Open or close a row'],
  ['Esc', 'Close, or clear the search'],
  ['[  ]', 'On an event: the one before and after of the same object'],
  ['r', 'On an event: the raw event'],
  ['?', 'These keys'],
  ...PLACES.map(({ key, name }) => [`g  ${key}`, name] as const),
]

/** What keys do; they rest while one types. */
export const KeysDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keys" onClose={onClose}>
    <dl class="keys">
      {KEYS.map(([keys, what]) => (
        <div key={keys}>
          <dt>
            {keys.split('  ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <div class="dialog-actions">
      <button type="button" class="button" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
)
