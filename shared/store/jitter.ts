/** Waits a random while, longer with each attempt (full jitter): 10 ms to 640 ms at most. */
export const jitter = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(attempt, 6)))
