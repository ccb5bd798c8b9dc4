/** Waits a random while, longer with each attempt (full jitter): 10 ms to 1.3 s at most, which lets some fifty writers of one item pass. */
export const jitter = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(attempt, 7)))
