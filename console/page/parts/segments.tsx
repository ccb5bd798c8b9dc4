interface SegmentsProps<Word extends string> {
  /** What is chosen. */
  label: string
  choices: readonly { value: Word; label: string }[]
  value: Word
  onChoose: (value: Word) => void
}

/** A few choices side by side, one of them pressed. */
export const Segments = <Word extends string>({ label, choices, value, onChoose }: SegmentsProps<Word>) => (
  <fieldset class="segments">
    <legend class="unseen">{label}</legend>
    {choices.map((choice) => (
      <button
        type="button"
        key={choice.value}
        aria-pressed={choice.value === value}
        onClick={() => onChoose(choice.value)}
      >
        {choice.label}
      </button>
    ))}
  </fieldset>
)
