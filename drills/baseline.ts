import { createHash } from 'node:crypto'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import { resources as all } from './resources/registry.ts'
import type { Fresh, Resource } from './resources/resource.ts'

/** The state of a range that a drill may change, apart from its customers' data: it must be equal before and after. */
export interface Fingerprint {
  hash: string
  parts: Record<string, unknown>
}

/** A difference from a fresh range. */
export interface Left {
  id: string
  title: string
  /** How it differs, or why it cannot be read or restored. */
  detail: string
}

/** Everything that is left behind, on one line. */
export const leftInWords = (left: readonly Left[]): string => left.map(({ title, detail }) => `${title} (${detail})`).join('; ')

/** What could not be restored; everything else was. */
export class NotRestored extends FiredrillError {
  readonly left: readonly Left[]
  constructor(left: readonly Left[], causes: readonly unknown[]) {
    super('component-failed', `the range is not as it was: ${leftInWords(left)}`, { cause: new AggregateError(causes) })
    this.left = left
  }
}

const on = (range: Range, resources: readonly Resource[]) => resources.filter(({ isOn }) => isOn?.(range) ?? true)

/** By a resource's id, the state that is compared before and after a drill; undefined for a resource that is not compared. */
const printOf = ({ id, print }: Resource, found: unknown) => [id, print ? print(found) : found] as const

function fingerprintOf(prints: readonly (readonly [id: string, part: unknown])[]): Fingerprint {
  const parts = Object.fromEntries(prints.filter(([, part]) => part !== undefined))
  return { hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16), parts }
}

/** Throws if a part of the range cannot be read. */
export async function fingerprint(range: Range, resources = all): Promise<Fingerprint> {
  return fingerprintOf(await Promise.all(on(range, resources).map(async (resource) => printOf(resource, await resource.read(range)))))
}

/** The state of a range, as it was read. */
interface Look {
  /** What differs from a fresh range, or cannot be read. */
  left: Left[]
  /** Null if something could not be read. */
  print: Fingerprint | null
}

/** Reads everything that a drill may change in a range, in parallel. Changes nothing, and does not throw. */
export async function lookAtBaseline(range: Range, fresh: Fresh, resources = all): Promise<Look> {
  const looks = await Promise.all(
    on(range, resources).map(async (resource) => {
      const { id, title, read, differs } = resource
      try {
        const found = await read(range)
        return { id, title, detail: differs(found, range, fresh), print: printOf(resource, found) }
      } catch (error) {
        return { id, title, detail: describeError(error), print: null }
      }
    }),
  )
  const prints = looks.flatMap(({ print }) => (print ? [print] : []))
  return {
    left: looks.flatMap(({ id, title, detail }) => (detail === null ? [] : [{ id, title, detail }])),
    print: prints.length === looks.length ? fingerprintOf(prints) : null,
  }
}

/** What differs from a fresh range, or cannot be read. Changes nothing. */
export const leftBehind = async (range: Range, fresh: Fresh, resources = all): Promise<Left[]> =>
  (await lookAtBaseline(range, fresh, resources)).left

/** The differences between two states of a range, in words. */
export function difference(before: Fingerprint, after: Fingerprint): string[] {
  return Object.keys(before.parts)
    .filter((part) => JSON.stringify(before.parts[part]) !== JSON.stringify(after.parts[part]))
    .map((part) => `${part} was left behind: ${JSON.stringify(before.parts[part])} became ${JSON.stringify(after.parts[part])}`)
}

/**
 * Restores a range to the state of a fresh one, whatever a drill or its trainee did to it: reads it first, and sets what differs. Independent
 * resources are restored in parallel. Continues after failures, and throws `NotRestored` with all of them at the end. Idempotent. Resolves to what
 * differed.
 */
export async function restoreBaseline(range: Range, users: number, resources = all): Promise<Left[]> {
  const fresh = { users }
  const present = on(range, resources)
  const restored: Left[] = []
  const failures: { left: Left; cause: unknown }[] = []
  const done = new Map<string, Promise<void>>()
  const restore = async ({ id, title, after = [], read, differs, restore: bringBack }: Resource): Promise<void> => {
    await Promise.all(after.map((other) => done.get(other)))
    try {
      const found = await read(range)
      const detail = differs(found, range, fresh)
      if (detail === null) return
      restored.push({ id, title, detail })
      await bringBack(range, found, fresh)
    } catch (error) {
      failures.push({ left: { id, title, detail: describeError(error) }, cause: error })
    }
  }
  // In dependency order, so that each finds the promises of those before it.
  for (const resource of inOrder(present)) done.set(resource.id, restore(resource))
  await Promise.all(done.values())
  if (failures.length > 0)
    throw new NotRestored(
      failures.map(({ left }) => left),
      failures.map(({ cause }) => cause),
    )
  return restored
}

/** Sorts by dependency; throws if two depend on each other. */
export function inOrder(resources: readonly Resource[]): Resource[] {
  const ordered: Resource[] = []
  const visit = (resource: Resource, waiting: readonly string[]): void => {
    if (waiting.includes(resource.id)) throw new Error(`these wait for each other: ${[...waiting, resource.id].join(' → ')}`)
    if (ordered.includes(resource)) return
    for (const other of resources) if (resource.after?.includes(other.id)) visit(other, [...waiting, resource.id])
    ordered.push(resource)
  }
  for (const resource of resources) visit(resource, [])
  return ordered
}

/** Invariants of the shop's orders at rest: counts of violations, all of which should be 0. */
export async function orderInvariants(range: Range): Promise<Record<string, number>> {
  const rows = await range.database.query<Record<string, string>>(
    `select
       (select count(*) from orders.orders where state = 'confirmed') as accepted_not_fulfilled,
       (select count(*) from orders.orders o where o.state in ('confirmed', 'fulfilled')
          and not exists (select 1 from fulfilment.shipments s where s.order_id = o.id)) as fulfilled_without_shipment,
       (select count(*) from fulfilment.shipments s where not exists (select 1 from orders.orders o
          where o.id = s.order_id and o.state in ('confirmed', 'fulfilled'))) as shipped_without_order,
       (select count(*) - count(distinct order_id) from fulfilment.shipments) as shipped_twice,
       (select count(*) from inventory.stock where available < 0 or reserved < 0) as negative_stock,
       (select count(*) from (select sum(quantity) filter (where state = 'shipped') as shipped from inventory.reservations) r,
          (select sum(shipped) as shipped from inventory.stock) s where coalesce(r.shipped, 0) <> s.shipped) as stock_miscounted,
       (select count(*) from payments.charges c join orders.orders o on o.id = c.order_id
          where c.state = 'charged' and o.state not in ('confirmed', 'fulfilled', 'pending')) as charged_without_order`,
  )
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]))
}
