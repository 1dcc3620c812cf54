/** What each release of the catalog does differently. Selected by the configured version. */
export interface Behaviour {
  /** The cache key of a page of products or of one product. */
  cacheKey(what: string, visitor: string): string
}

const shared: Behaviour = { cacheKey: (what) => `catalog:${what}` }

/** Keys per visitor: nearly every look-up is a visitor's first, and the cache fills with pages that nobody asks for again. */
const perVisitor: Behaviour = { cacheKey: (what, visitor) => `catalog:${visitor}:${what}` }

export const releases: Record<string, Behaviour> = { '1.7.2': shared, '1.8.0': shared, '1.9.0': perVisitor }
