import { amqpUrl, databaseUrl, defineService, serviceUrl } from './service.ts'

export const orders = defineService({
  name: 'orders',
  title: 'Orders',
  calls: ['inventory', 'payments', 'postgres', 'rabbitmq'],
  env: (context) => ({
    DATABASE_URL: databaseUrl(context, 'orders', 'orders'),
    AMQP_URL: amqpUrl(context, 'orders'),
    INVENTORY_URL: serviceUrl(context, 'orders', 'inventory'),
    PAYMENTS_URL: serviceUrl(context, 'orders', 'payments'),
    DB_POOL_MAX: '8',
  }),
})
