import { gauge } from '../kit/metrics.ts'

/** Tells the display at the packing table how many items come next, when the worker has a moment for it. */
export function packingDisplay(): (message: Buffer) => void {
  const items = gauge('packing_display_items', 'Items of the order that the packing display shows', [] as const)
  return (message) => {
    setImmediate(() => {
      const order = JSON.parse(message.toString('utf8')) as { items: unknown[] }
      items.set(order.items.length)
    })
  }
}
