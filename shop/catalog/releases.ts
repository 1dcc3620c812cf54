/** What each release of the catalog does differently. Selected by the configured version. */
export interface Behaviour {
  /** The cache key of a page of products or of one product. */
  cacheKey(what: string, visitor: string): string
  /** The key that is invalidated when its content has changed. */
  changedKey(what: string): string
  /** Whether each page has recommendations for its products: expensive to compute, and the same for everyone. */
  related: boolean
  /** Whether members see prices of their own. */
  memberPrices: boolean
  /** Shipping information that is shown with a product, if any. */
  shipping?(product: { name: string }): { grams: number }
  loading: {
    /** Whether a missing key is loaded once for all concurrent requests. */
    shared: boolean
    /** Values that took longer to load count as outdated, and are not cached; null caches everything. */
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

/** Keys per visitor: nearly every lookup is a visitor's first, and the cache fills with pages that nobody requests again. */
const perVisitor: Behaviour = { ...shared, cacheKey: (what, visitor) => `catalog:${visitor}:${what}` }

/**
 * Works well with a warm cache. With a cold one, every request loads its own page; that is slow, so nothing is cached, so every request keeps
 * loading: it does not recover by itself.
 */
const stampeding: Behaviour = { ...shared, related: true, loading: { shared: false, keptWithinMs: 150 } }

/** Invalidates keys of another name than those it writes: a changed price is shown when the old one has expired. */
const forgetful: Behaviour = { ...shared, changedKey: (what) => `catalog:v2:${what}` }

/** Queries a table that would be created by a migration which another team was to run. */
const premature: Behaviour = { ...shared, memberPrices: true }

/** Recommendations for each product are expensive to compute, and well cached: this depends on the cache. */
const cached: Behaviour = { ...shared, related: true }

/** The same for everybody, but cached for each visitor: it is computed again for everyone. */
const forEach: Behaviour = { ...cached, cacheKey: perVisitor.cacheKey }

/** Grams for each kind of material, as the warehouse has them. */
const materials: Record<string, { grams: number }> = {
  Oak: { grams: 2_900 },
  Stel: { grams: 3_400 },
  Wool: { grams: 600 },
  Glass: { grams: 1_800 },
  Linen: { grams: 450 },
  Copper: { grams: 2_600 },
  Bamboo: { grams: 900 },
  Leather: { grams: 1_100 },
  Cork: { grams: 300 },
  Clay: { grams: 2_200 },
  Maple: { grams: 2_700 },
  Brass: { grams: 3_100 },
}
/** Looks up the weight of each product by its material: the second word of its name. */
const weighed: Behaviour = {
  ...shared,
  // Safe: the warehouse has given all materials.
  shipping: ({ name }) => ({ grams: (materials[name.split(' ')[1] ?? ''] as { grams: number }).grams }),
}

export const releases: Record<string, Behaviour> = {
  '1.7.2': shared,
  '1.8.0': shared,
  '1.8.1': shared,
  '1.9.0': perVisitor,
  '1.10.0': stampeding,
  '1.11.0': forgetful,
  '1.12.0': premature,
  '1.13.0': cached,
  '1.14.0': weighed,
  '1.15.0': forEach,
}
