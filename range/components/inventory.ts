import { databaseUrl, defineService } from './service.ts'

export const inventory = defineService({
  name: 'inventory',
  title: 'Inventory',
  calls: ['postgres'],
  env: (context) => ({ DATABASE_URL: databaseUrl(context, 'inventory', 'inventory'), DB_POOL_MAX: '6' }),
})
