import { Icon } from '../parts/icon.tsx'
import { Time } from '../parts/time.tsx'

/** Says that the page shows what was, and leads back. */
export const AsOfBand = ({ at, onBack }: { at: number; onBack: () => void }) => (
  <div class="band" role="status">
    <Icon name="clock" />
    <span>
      As of <Time at={at} form="full" />
    </span>
    <button type="button" class="button small" onClick={onBack}>
      Back to now
    </button>
  </div>
)
