interface ProgressProps {
  users: number
  of: number | undefined
  onCancel: () => void
}

/** How many users of here were looked at. */
export const Progress = ({ users, of, onCancel }: ProgressProps) => (
  <div class="card running" role="status">
    <p>
      {of === undefined
        ? 'Reading the file…'
        : `Compared with ${users.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} users here`}
    </p>
    <progress aria-label="Users compared" max={of ?? 1} value={of === undefined ? undefined : users} />
    <button type="button" class="button small" onClick={onCancel}>
      Cancel
    </button>
  </div>
)
