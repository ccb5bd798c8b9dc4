import type { ComponentChildren } from 'preact'

/** Nothing is there: why, and what to do next. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty-state">
    <p class="strong">{title}</p>
    {children}
  </div>
)
