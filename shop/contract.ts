/**
 * What others may know about the shop: names by which its parts find each other and its data. Only constants, and no imports: all folders may import
 * this file.
 */

/** Queues of RabbitMQ. */
export const queues = {
  /** Confirmed orders, on their way to the worker. */
  fulfilment: 'orders.fulfilment',
  /** Shipped orders, on their way back. */
  fulfilled: 'orders.fulfilled',
  /** Messages that were dead-lettered. */
  dead: 'orders.fulfilment.dead',
} as const

/** Exchanges of RabbitMQ. */
export const exchanges = { orders: 'orders', dead: 'orders.dead' } as const

/** Keys by which messages are routed. */
export const routingKeys = { confirmed: 'order.confirmed', fulfilled: 'order.fulfilled' } as const

/** Bindings of queues to exchanges, as the services declare them. */
export const bindings = [
  { exchange: exchanges.orders, queue: queues.fulfilment, key: routingKeys.confirmed },
  { exchange: exchanges.orders, queue: queues.fulfilled, key: routingKeys.fulfilled },
  { exchange: exchanges.dead, queue: queues.dead, key: '' },
] as const

/** Services with a schema of their own in PostgreSQL, which is named after them, as is the role that owns it. */
export const schemaOwners = ['catalog', 'inventory', 'orders', 'payments', 'fulfilment'] as const

/** Feature flags, each with the service that reads it; `shop/flags.json` defines them. */
export const flags = {
  'page-size': 'gateway',
  'stock-words': 'gateway',
  'similar-products': 'catalog',
  'two-warehouses': 'inventory',
} as const
