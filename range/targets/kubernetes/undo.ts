type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)
const named = (value: unknown): value is (Tree & { name: string })[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isTree(item) && typeof item['name'] === 'string')

const numbered = (value: unknown): value is (Tree & { port: number })[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isTree(item) && typeof item['port'] === 'number')

/**
 * The strategic merge patch that undoes another: fields that it set get the manifest's value, or are removed if the manifest has none. In one patch,
 * because an intermediate object (such as a probe with two handlers) may be invalid.
 */
export function undoOf(patch: Tree, manifest: Tree): Tree {
  return Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, undone(value, manifest[key])]))
}

function undone(value: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return null
  if (isTree(value) && isTree(wanted)) return undoOf(value, wanted)
  // Lists of named elements are merged by name, a Service's ports by number; others are replaced.
  if (numbered(value) && numbered(wanted))
    return value.map(({ port, ...fields }) => ({ ...undoOf(fields, wanted.find((item) => item.port === port) ?? {}), port }))
  if (!named(value) || !named(wanted)) return wanted
  return value.map(({ name, ...fields }) => {
    const found = wanted.find((item) => item.name === name)
    return found ? { ...undoOf(fields, found), name } : { name, $patch: 'delete' }
  })
}
