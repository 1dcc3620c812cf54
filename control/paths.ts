import path from 'node:path'

/** The checkout that this runs from. */
export const projectRoot = path.resolve(import.meta.dirname, '..')
/** What `setup` installs, and what is kept to be quick the next time. */
export const cacheDir = process.env['FIREDRILL_CACHE'] || path.join(projectRoot, '.cache')
