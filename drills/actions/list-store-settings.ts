import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { storeName, storeSettings } from '../store-settings.ts'

const views = { postgres: 'database', redis: 'cache', rabbitmq: 'queue' } as const

export const listStoreSettings = defineAction({
  id: 'list-store-settings',
  title: 'List settings of a data store',
  description: 'The settings of PostgreSQL, Redis or RabbitMQ that differ from those with which it was started.',
  kind: 'inspect',
  params: z.object({ store: storeName.describe('Data store whose settings are listed') }),
  looksAt: ({ store }) => ({ view: views[store], component: store, detail: `the configuration of ${store}` }),
  async run({ range }, { store }) {
    const rows = (await storeSettings(range, store)).map(({ name, value }) => ({ name, value }))
    const names = rows.map(({ name }) => name).join(', ')
    return { summary: rows.length === 0 ? `${store} has the settings with which it was started` : `${store} has its own ${names}`, rows }
  },
})
