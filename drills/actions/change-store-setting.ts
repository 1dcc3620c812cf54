import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { setStoreSetting, storeName } from '../store-settings.ts'

export const changeStoreSetting = defineAction({
  id: 'change-store-setting',
  title: 'Change a setting of a data store',
  description:
    'Gives PostgreSQL, Redis or RabbitMQ another value of one setting, which takes effect without a restart; an empty value restores the default.',
  kind: 'change',
  params: z.object({
    store: storeName.describe('Data store whose setting is changed'),
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_.-]{1,60}$/, 'the name of a setting, in lower case')
      .describe('Setting, by its name in the data store'),
    value: z.string().max(200).default('').describe('New value, as the data store takes it; empty for the default'),
  }),
  async run({ range }, { store, name, value }) {
    await setStoreSetting(range, store, name, value === '' ? null : value)
    return { summary: `${name} of ${store}: ${value === '' ? 'as it was started' : value}` }
  },
})
