/** What a colour says; never alone. */
export type Tone = 'plain' | 'accent' | 'gain' | 'loss' | 'fail'
