/** Why one object is not set back; the others are. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
