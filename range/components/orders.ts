import { amqpUrl, databaseUrl, defineService, serviceUrl } from './service.ts'

export const orders = defineService({
  name: 'orders',
  title: 'Orders',
  calls: ['inventory', 'payments', 'postgres', 'rabbitmq'],
  env: (context) => ({
    DATABASE_URL: databaseUrl(context, 'orders'),
    AMQP_URL: amqpUrl(context),
    INVENTORY_URL: serviceUrl(context, 'inventory'),
    PAYMENTS_URL: serviceUrl(context, 'payments'),
    DB_POOL_MAX: '8',
  }),
})
