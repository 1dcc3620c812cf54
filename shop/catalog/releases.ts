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
  /** What is told of the shipping of a product beside it, if anything. */
  shipping?(product: { name: string }): { grams: number }
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

/** Keys per visitor: nearly every lookup is a visitor's first, and the cache fills with pages that nobody asks for again. */
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

/** What goes well with each product is dear to find out, and well kept: it takes the cache for granted. */
const cached: Behaviour = { ...shared, related: true }

/** The same for everybody, and kept for each visitor: it is found out again for everyone who comes. */
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
/** Tells the weight of each product by what it is made of: the second word of its name. */
const weighed: Behaviour = {
  ...shared,
  // Safe: the warehouse has told all materials.
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
