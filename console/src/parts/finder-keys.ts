interface Pressed {
  key: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
}

/**
 * The entry that a key selects: arrows go round, those with Alt from group to group, those with Meta, and Home and End, to the first or last. Control with N,
 * J, P and K are arrows, too.
 *
 * @param groups the ids of the entries of each group. @param selected the id of the selected entry.
 * @returns undefined for any other key; null if there is nothing to select.
 */
export function moved(
  { key, altKey, ctrlKey, metaKey }: Pressed,
  groups: readonly (readonly string[])[],
  selected: string | null,
): string | null | undefined {
  const all = groups.flat()
  const at = selected === null ? -1 : all.indexOf(selected)
  const down = key === 'ArrowDown' || (ctrlKey && (key === 'n' || key === 'j'))
  const up = key === 'ArrowUp' || (ctrlKey && (key === 'p' || key === 'k'))
  if (key === 'Home' || (up && metaKey)) return all[0] ?? null
  if (key === 'End' || (down && metaKey)) return all.at(-1) ?? null
  if (!down && !up) return undefined
  if (altKey) {
    const group = groups.findIndex((ids) => selected !== null && ids.includes(selected))
    const next = group < 0 ? undefined : groups[group + (down ? 1 : -1)]?.[0]
    if (next !== undefined) return next
  }
  if (down) return all[(at + 1) % all.length] ?? null
  return all.at(at < 0 ? -1 : at - 1) ?? null
}
