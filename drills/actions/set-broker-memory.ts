import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const setBrokerMemory = defineAction({
  id: 'set-broker-memory',
  title: "Set the broker's memory limit",
  description: 'Above it RabbitMQ raises an alarm and blocks all who publish. Usual: 384 MB.',
  kind: 'change',
  params: z.object({ megabytes: z.coerce.number().int().min(1).max(4_096).describe('Memory that RabbitMQ may use, in MB') }),
  async run({ range }, { megabytes }) {
    await range.queue.limitMemory(megabytes * 1024 * 1024)
    return { summary: `the limit is ${megabytes} MB` }
  },
})
