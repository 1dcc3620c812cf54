export interface Part {
  name: string
  title: string
  role: string
  calls: string[]
}

/** A column for each step away from the users; within it, in the order of the topology. */
export function layOut(parts: readonly Part[]): Map<string, { column: number; row: number }> {
  const names = new Set(parts.map(({ name }) => name))
  const depth = new Map<string, number>(parts.map(({ name }) => [name, 0]))
  // The longest way from the users; calls in a circle end after as many rounds as there are parts.
  for (let round = 0; round < parts.length; round++) {
    for (const { name, calls } of parts) {
      for (const peer of calls) {
        if (names.has(peer)) depth.set(peer, Math.min(parts.length, Math.max(depth.get(peer) ?? 0, (depth.get(name) ?? 0) + 1)))
      }
    }
  }
  // Whom nobody calls, and who is no user, stands next to those he calls: a worker that takes from a queue.
  for (const { name, role, calls } of parts) {
    const peers = calls.filter((peer) => names.has(peer)).map((peer) => depth.get(peer) ?? 0)
    const called = parts.some((other) => other.calls.includes(name))
    if (!called && role !== 'load' && peers.length > 0) depth.set(name, Math.max(0, Math.min(...peers) - 1))
  }
  const columns = [...new Set(depth.values())].toSorted((a, b) => a - b)
  const used = new Map<number, number>()
  return new Map(
    parts.map(({ name }) => {
      const column = columns.indexOf(depth.get(name) ?? 0)
      const row = used.get(column) ?? 0
      used.set(column, row + 1)
      return [name, { column, row }]
    }),
  )
}

/** Who depends on these, directly or through others. */
export function upstreamOf(parts: readonly Part[], broken: ReadonlySet<string>): Set<string> {
  const reached = new Set<string>()
  for (let grew = true; grew;) {
    grew = false
    for (const { name, calls } of parts) {
      if (reached.has(name) || !calls.some((peer) => broken.has(peer) || reached.has(peer))) continue
      reached.add(name)
      grew = true
    }
  }
  return reached
}

/** Where each call leaves and arrives on the sides of its parts, as a share of their height: spread, so that none hides another. */
export function spreadEdges(
  parts: readonly Part[],
  places: ReadonlyMap<string, { row: number }>,
): Map<string, { leaves: number; arrives: number }> {
  const rowOf = (name: string): number => places.get(name)?.row ?? 0
  const edges = parts.flatMap(({ name, calls }) => calls.filter((peer) => places.has(peer)).map((peer) => ({ from: name, to: peer })))
  const share = (list: { from: string; to: string }[], edge: { from: string; to: string }): number =>
    (list.indexOf(edge) + 1) / (list.length + 1)
  return new Map(
    edges.map((edge) => {
      const leaving = edges.filter(({ from }) => from === edge.from).toSorted((a, b) => rowOf(a.to) - rowOf(b.to))
      const arriving = edges.filter(({ to }) => to === edge.to).toSorted((a, b) => rowOf(a.from) - rowOf(b.from))
      return [`${edge.from} ${edge.to}`, { leaves: share(leaving, edge), arrives: share(arriving, edge) }]
    }),
  )
}
