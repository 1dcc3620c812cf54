import { gauge } from '../kit/metrics.ts'

/** Updates the display at the packing table with the number of items to come, when the worker has time. */
export function packingDisplay(): (message: Buffer) => void {
  const items = gauge('packing_display_items', 'Items of the order that the packing display shows', [] as const)
  return (message) => {
    setImmediate(() => {
      const order = JSON.parse(message.toString('utf8')) as { items: unknown[] }
      items.set(order.items.length)
    })
  }
}
