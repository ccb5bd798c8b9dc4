/** A text apart from the instants in it, which a page shows as times of its reader. */
export type Told = { is: 'text'; text: string } | { is: 'instant'; at: string }

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/

/** Takes a sentence of the service apart. */
export const toTold = (message: string): Told[] =>
  message
    .split(INSTANT)
    .map((text, i): Told => (i % 2 === 1 ? { is: 'instant', at: text } : { is: 'text', text }))
    .filter((part) => part.is === 'instant' || part.text !== '')
