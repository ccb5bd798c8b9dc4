/** More processor time than this for one small input counts as a hang, in milliseconds; waiting for others does not count. */
const HANG_MS = 1000

/** Runs `step`, and fails when it took so long that larger input of the kind would hang. */
export function withoutHanging(step: () => void): void {
  const before = process.cpuUsage()
  step()
  const { user, system } = process.cpuUsage(before)
  if ((user + system) / 1000 > HANG_MS) throw new Error(`took more than ${HANG_MS} ms of processor time`)
}
