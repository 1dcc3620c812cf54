import { amqpUrl, databaseUrl, defineService, serviceUrl } from './service.ts'

export const fulfilment = defineService({
  name: 'fulfilment',
  title: 'Fulfilment worker',
  calls: ['rabbitmq', 'postgres', 'inventory'],
  env: (context) => ({
    DATABASE_URL: databaseUrl(context, 'fulfilment', 'fulfilment'),
    AMQP_URL: amqpUrl(context, 'fulfilment'),
    INVENTORY_URL: serviceUrl(context, 'fulfilment', 'inventory'),
    DB_POOL_MAX: '4',
  }),
})
