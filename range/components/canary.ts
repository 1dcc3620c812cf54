import type { CanaryService } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { defineComponent, gentle, type Component } from '../component.ts'
import { httpReady } from '../readiness/http.ts'
import { catalog } from './catalog.ts'
import { inventory } from './inventory.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'

const services: Record<CanaryService, Component> = { catalog, inventory, orders, payments }

/** One more instance of a service, with another release. It shares the service's proxy and its name; only the version differs. */
export const canary = defineComponent({
  name: 'canary',
  title: 'Canary',
  role: 'service',
  ports: { http: 'canary' },
  calls: [],
  process(context) {
    const asked = context.canary()
    if (!asked) throw new FiredrillError('conflict', 'there is no canary to start')
    const spec = services[asked.service].process(context)
    return { ...spec, env: { ...spec.env, SERVICE_VERSION: asked.version, PORT: String(context.port('canary')) } }
  },
  readiness: (context) => httpReady(`http://127.0.0.1:${context.port('canary')}/ready`),
  stop: gentle,
  startDeadlineMs: 60_000,
  metrics: { port: 'canary', path: '/metrics' },
  logs: { format: 'pino' },
})
