import type { Check } from '../../model/check.ts'

const usualBacklog = 20

/** The worker keeps up. */
export const queueDrained: Check = {
  id: 'queue-drained',
  title: 'The queue is drained',
  felt: false,
  judge(samples) {
    const backlog = samples.at(-1)?.backlog ?? null
    if (backlog === null) return { ok: false, detail: 'the queue cannot be read' }
    return { ok: backlog <= usualBacklog, detail: `${backlog} messages wait` }
  },
}
