import { z } from 'zod'

/** Ways in which an order can be left with data to correct. */
export const affectedKinds = ['not-shipped', 'charged-without-order'] as const
export const affectedKind = z.enum(affectedKinds)
export type AffectedKind = z.infer<typeof affectedKind>
export const affectedTitles: Record<AffectedKind, string> = {
  'not-shipped': 'Paid and not shipped in time',
  'charged-without-order': 'Charged without an order',
}

/** What the API takes: numbers of the affected orders, complete or at least their first eight digits. */
export const submittedOrders = z.object({
  kind: affectedKind,
  orders: z.array(z.string().trim().min(1).max(64)).min(1).max(5_000),
})

/** A list that a trainee handed in, compared with the shop's database at that moment. */
export const checkedList = z.object({
  kind: affectedKind,
  /** How many different orders were listed. */
  listed: z.number().int(),
  right: z.number().int(),
  missing: z.number().int(),
  wrong: z.number().int(),
  /** Some of them, as examples. */
  examples: z.object({ missing: z.array(z.string()), wrong: z.array(z.string()) }),
})
export type CheckedList = z.infer<typeof checkedList>

/** Extracts the order numbers from a text, whatever separates them. */
export const orderNumbersIn = (text: string): string[] => text.split(/[\s,;|"']+/).filter(Boolean)
