/** What each release of the catalog does differently. Selected by the configured version. */
export interface Behaviour {
  /** The cache key of a page of products or of one product. */
  cacheKey(what: string, visitor: string): string
  /** The key that is forgotten when what it holds has changed. */
  changedKey(what: string): string
  /** Whether each page tells what goes well with its products: dear to find out, and the same for everyone. */
  related: boolean
  /** Whether members are shown prices of their own. */
  memberPrices: boolean
  loading: {
    /** A missing key is loaded once for all who ask at the same time. */
    shared: boolean
    /** What took longer to load is taken for outdated, and not kept; null keeps everything. */
    keptWithinMs: number | null
  }
}

const key = (what: string) => `catalog:${what}`
const shared: Behaviour = {
  cacheKey: key,
  changedKey: key,
  related: false,
  memberPrices: false,
  loading: { shared: true, keptWithinMs: null },
}

/** Keys per visitor: nearly every look-up is a visitor's first, and the cache fills with pages that nobody asks for again. */
const perVisitor: Behaviour = { ...shared, cacheKey: (what, visitor) => `catalog:${visitor}:${what}` }

/**
 * Serves well from a warm cache. From a cold one everybody loads for himself; that is slow, so nothing is kept, so that everybody
 * goes on loading: it does not get out of there by itself.
 */
const stampeding: Behaviour = { ...shared, related: true, loading: { shared: false, keptWithinMs: 150 } }

/** Forgets keys of another name than those it keeps: a changed price is shown when the old one has expired. */
const forgetful: Behaviour = { ...shared, changedKey: (what) => `catalog:v2:${what}` }

/** Asks a table that its migration, which another team was to run, would have made. */
const premature: Behaviour = { ...shared, memberPrices: true }

export const releases: Record<string, Behaviour> = {
  '1.7.2': shared,
  '1.8.0': shared,
  '1.9.0': perVisitor,
  '1.10.0': stampeding,
  '1.11.0': forgetful,
  '1.12.0': premature,
}
