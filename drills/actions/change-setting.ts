import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { configKey } from '../service-config.ts'

export const changeSetting = defineAction({
  id: 'change-setting',
  title: 'Change a setting',
  description: 'Gives a service another value of one setting and restarts it; an empty value restores the default.',
  kind: 'change',
  params: z.object({ service: serviceName, key: configKey, value: z.string().max(200).default('') }),
  async run({ range, by }, { service, key, value }) {
    const { [key]: before, ...others } = await range.config.get(service)
    await range.config.set(service, value === '' ? others : { ...others, [key]: value }, by)
    return { summary: `${key} of ${service}: ${before ?? 'default'} → ${value === '' ? 'default' : value}` }
  },
})
