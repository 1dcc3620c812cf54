/** What each release of the gateway does differently. Selected by the configured version. */
export interface Behaviour {
  /** Called with each page of products that is about to be sent. */
  onPage(page: unknown): void
  /** Whether a customer's cart input is refused as an attack; without it, nothing is. */
  suspicious?(items: string): boolean
}

const plain: Behaviour = { onPage: () => {} }

/** Keeps a copy of every page, and frees none: the process grows until it dies. */
function auditing(): Behaviour {
  const trail: string[] = []
  return { onPage: (page) => void trail.push(`${trail.length}:${JSON.stringify(page)}`.repeat(8)) }
}

/** Searches for SQL injection. Each part may match anything or nothing, so a text can be divided in very many ways. */
const injection = /.*(?:'|--)?.*(?:;|\/\*)?.*(?:select|union)?.*=/i
const firewalled: Behaviour = { ...plain, suspicious: (items) => injection.test(items) }

export const releases: Record<string, Behaviour> = {
  '5.1.0': plain,
  '5.2.0': plain,
  '5.2.1': plain,
  '5.3.0': auditing(),
  '5.4.0': firewalled,
}
