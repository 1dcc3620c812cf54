/** What each release of the gateway does differently. Selected by the configured version. */
export interface Behaviour {
  /** Called with each page of products that is about to be sent. */
  onPage(page: unknown): void
  /** Whether what a customer has put into a cart is to be refused, as an attack; nothing is, without it. */
  suspicious?(items: string): boolean
}

const plain: Behaviour = { onPage: () => {} }

/** Keeps a copy of every page, and lets none of them go: the process grows until it dies. */
function auditing(): Behaviour {
  const trail: string[] = []
  return { onPage: (page) => void trail.push(`${trail.length}:${JSON.stringify(page)}`.repeat(8)) }
}

/** Looks for statements that somebody tries to smuggle into the database. Each part may be anything or nothing, and there are many ways to divide a text so. */
const injection = /.*(?:'|--)?.*(?:;|\/\*)?.*(?:select|union)?.*=/i
const firewalled: Behaviour = { ...plain, suspicious: (items) => injection.test(items) }

export const releases: Record<string, Behaviour> = {
  '5.1.0': plain,
  '5.2.0': plain,
  '5.2.1': plain,
  '5.3.0': auditing(),
  '5.4.0': firewalled,
}
