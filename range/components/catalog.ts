import { databaseUrl, defineService, redisUrl } from './service.ts'

export const catalog = defineService({
  name: 'catalog',
  title: 'Catalog',
  calls: ['postgres', 'redis'],
  env: (context) => ({
    DATABASE_URL: databaseUrl(context, 'catalog', 'catalog'),
    REDIS_URL: redisUrl(context, 'catalog'),
    DB_POOL_MAX: '6',
  }),
})
