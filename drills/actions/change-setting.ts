import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { configKey } from '../service-config.ts'

export const changeSetting = defineAction({
  id: 'change-setting',
  title: 'Change a setting',
  description: 'Gives a service another value of one setting and restarts it; an empty value restores the default.',
  kind: 'change',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    service: serviceName.describe('Service whose setting is changed'),
    key: configKey.describe('Setting'),
    value: z.string().max(200).default('').describe('New value, in the unit that the name of the setting says; empty for the default')
  }),
  async run({ range, by }, { service, key, value }) {
    const { [key]: before, ...others } = await range.config.get(service)
    await range.config.set(service, value === '' ? others : { ...others, [key]: value }, by)
    return { summary: `${key} of ${service}: ${before ?? 'default'} → ${value === '' ? 'default' : value}` }
  },
})
