export interface Marker {
  /** Seconds since the epoch. */
  at: number
  label: string
  kind: 'deploy' | 'alert' | 'action'
}

interface PlacedLabel {
  /** Pixels from the left edge of the plot: of the line, and of its label. */
  x: number
  left: number
  /** Which row of labels, from the top. */
  row: number
  text: string
  /** All markers of the label. */
  all: string[]
  kind: Marker['kind']
}

const gap = 8
const besideLine = 4
/** Lines closer than this have one label. */
const together = 10
const mostRows = 3

/**
 * Places the labels of markers, so that each is at its line, complete, and overlaps no other. Adjacent markers share a label, repeated names are
 * listed once, and markers without room have only their line.
 */
export function placeLabels(
  markers: readonly (Omit<Marker, 'at'> & { x: number })[],
  width: number,
  measure: (text: string) => number,
): PlacedLabel[] {
  const clusters: (typeof markers)[number][][] = []
  for (const marker of markers.filter(({ x }) => x >= 0 && x <= width).toSorted((a, b) => a.x - b.x)) {
    const last = clusters.at(-1)
    const first = last?.[0]
    if (last && first && first.kind === marker.kind && marker.x - first.x <= together) last.push(marker)
    else clusters.push([marker])
  }
  const named = new Set<string>()
  const rows: { from: number; to: number }[][] = []
  return clusters.flatMap((cluster): PlacedLabel[] => {
    const [first] = cluster
    if (!first) return []
    const all = [...new Set(cluster.map(({ label }) => label))]
    const fresh = all.filter((label) => !named.has(label))
    all.forEach((label) => named.add(label))
    if (fresh.length === 0) return []
    const text = fresh.length === 1 ? (fresh[0] ?? '') : `${fresh[0]} +${fresh.length - 1}`
    const wide = measure(text)
    const right = first.x + besideLine
    const before = first.x - besideLine - wide
    for (const left of [right, before]) {
      if (left < 0 || left + wide > width) continue
      for (let row = 0; row < mostRows; row++) {
        const taken = rows[row] ?? []
        if (taken.some(({ from, to }) => left < to + gap && from < left + wide + gap)) continue
        rows[row] = [...taken, { from: left, to: left + wide }]
        return [{ x: first.x, left, row, text, all, kind: first.kind }]
      }
    }
    return []
  })
}
