import { defineService, databaseUrl } from './service.ts'

export const payments = defineService({
  name: 'payments',
  title: 'Payments',
  calls: ['postgres'],
  env: (context) => ({ DATABASE_URL: databaseUrl(context, 'payments', 'payments'), DB_POOL_MAX: '4' }),
})
