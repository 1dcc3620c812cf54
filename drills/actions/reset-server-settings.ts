import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { resetServerSettings, serverSettings } from '../server-settings.ts'

export const resetServerSettingsAction = defineAction({
  id: 'reset-server-settings',
  title: 'Reset settings of the database server',
  description: 'Takes back what was set for the whole PostgreSQL server with ALTER SYSTEM, and has it read its configuration again.',
  kind: 'change',
  params: z.object({}),
  async run({ range }) {
    const before = await serverSettings(range)
    await resetServerSettings(range)
    return { summary: before.length === 0 ? 'nothing had been set' : `taken back: ${before.map(({ name }) => name).join(', ')}` }
  },
})
