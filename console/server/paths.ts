import { API_BASE } from '../api.ts'

/** What the address bar may show: these, and what is below them. */
const PLACES = ['/timeline', '/users', '/roles', '/integrations', '/drift', '/health']

/** Whether a path is the page's: a place of it, a file of it or its data. All others are the gateway's. */
export const ownsPath = (path: string): boolean => isPlace(path) || isBelow(path, '/console')

/** Whether a path is in the address bar: all of them have one document. */
export const isPlace = (path: string): boolean => path === '/' || PLACES.some((place) => isBelow(path, place))

/** Whether a path asks for data. */
export const isData = (path: string): boolean => isBelow(path, API_BASE)

const isBelow = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`)
