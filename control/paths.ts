import path from 'node:path'

/** The checkout that this code runs from. */
export const projectRoot = path.resolve(import.meta.dirname, '..')
/** What `setup` installs, and caches. */
export const cacheDir = process.env['FIREDRILL_CACHE'] || path.join(projectRoot, '.cache')
