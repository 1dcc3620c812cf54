import { affectedTitles, type AffectedKind, type CheckedList } from '../model/affected.ts'

const mostExamples = 5
/** Fewer digits do not identify an order. */
const fewestDigits = 8

/** Compares a list of order numbers with those that have to be in it and those that may be. Numbers may be truncated after these digits. */
export function checkList(
  kind: AffectedKind,
  orders: readonly string[],
  { must, may }: { must: readonly string[]; may: readonly string[] },
): CheckedList {
  const listed = [...new Set(orders.map((order) => order.toLowerCase()))]
  const known = new Map([...must, ...may].map((id) => [id.slice(0, fewestDigits), id]))
  const found = listed.map((order) => {
    const id = order.length < fewestDigits ? undefined : known.get(order.slice(0, fewestDigits))
    return id?.startsWith(order) ? id : null
  })
  const right = new Set(found.filter((id) => id !== null))
  const wrong = listed.filter((_, index) => found[index] === null)
  const missing = [...new Set(must)].filter((id) => !right.has(id))
  return {
    kind,
    listed: listed.length,
    right: right.size,
    missing: missing.length,
    wrong: wrong.length,
    examples: { missing: missing.slice(0, mostExamples), wrong: wrong.slice(0, mostExamples) },
  }
}

/** The result of a list, in a sentence. */
export const listInWords = ({ kind, right, missing, wrong }: CheckedList): string =>
  `${affectedTitles[kind]}: ${right} right, ${missing} missing, ${wrong} wrong.`
