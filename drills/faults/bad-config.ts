import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { configKey } from '../service-config.ts'

/** Gives a service another value of one setting and restarts it: a pool too small, a timeout too long, a wrong address. */
export const badConfig = defineFault({
  id: 'bad-config',
  title: 'A setting that does not suit',
  effect: 'A service runs with a setting that does not suit its load',
  category: 'config',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    service: serviceName.describe('Service whose setting is changed'),
    key: configKey.describe('Setting'),
    value: z.string().max(200).describe('New value, in the unit that the name of the setting says')
  }),
  async plan({ range }, { service, key, value }) {
    return { service, key, value, before: (await range.config.get(service))[key] ?? null }
  },
  async inject({ range }, { service, key, value }) {
    await range.config.set(service, { ...(await range.config.get(service)), [key]: value }, 'configuration management')
  },
  async revert({ range }, { service, key, value, before }) {
    const { [key]: now, ...others } = await range.config.get(service)
    if (now === value) await range.config.set(service, before === null ? others : { ...others, [key]: before }, 'firedrill')
  },
  observe: async ({ range }, { service, key }) => (await range.config.get(service))[key] ?? null,
})
