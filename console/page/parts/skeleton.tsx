/** Grey bars of the height that rows will have; they show after 150 ms, so that what is fast does not flicker. */
export const Skeleton = ({ rows = 8 }: { rows?: number }) => (
  <div class="skeleton" role="status">
    <span class="unseen">Loading</span>
    {Array.from({ length: rows }, (_, i) => (
      <div key={i} class="skeleton-row" />
    ))}
  </div>
)
