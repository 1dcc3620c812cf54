import { defineService, serviceUrl } from './service.ts'

export const gateway = defineService({
  name: 'gateway',
  title: 'Gateway',
  calls: ['catalog', 'inventory', 'orders'],
  env: (context) => ({
    CATALOG_URL: serviceUrl(context, 'gateway', 'catalog'),
    INVENTORY_URL: serviceUrl(context, 'gateway', 'inventory'),
    ORDERS_URL: serviceUrl(context, 'gateway', 'orders'),
  }),
})
