import { type TimeForm, timeText } from './time-text.ts'

/** A time, local; UTC and how long ago stand in a tip, on hover and while it or its row has the focus. */
export const Time = ({ at, form = 'clock' }: { at: string | number; form?: TimeForm }) => (
  <time dateTime={typeof at === 'number' ? new Date(at).toISOString() : at} data-tip="time">
    {timeText(at, form)}
  </time>
)
