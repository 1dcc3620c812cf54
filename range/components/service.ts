import path from 'node:path'
import type { ComponentName, ServiceName } from '../../model/components.ts'
import { defineComponent, gentle, type Component } from '../component.ts'
import type { PortName, RangeContext } from '../context.ts'
import { httpReady } from '../readiness/http.ts'

interface ServiceOptions {
  name: ServiceName
  title: string
  calls: ComponentName[]
  env(context: RangeContext): Record<string, string>
}

/** A service of the shop: Node runs its TypeScript as it is; `/ready` opens new connections to what it needs. */
export function defineService({ name, title, calls, env }: ServiceOptions): Component {
  const port: PortName = name
  return defineComponent({
    name,
    title,
    role: 'service',
    ports: { http: port },
    calls,
    process: (context) => {
      const { version, overrides } = context.deployed(name)
      return {
        file: context.binaries.node,
        args: [path.join(context.root, 'shop', name, 'main.ts')],
        cwd: context.root,
        env: {
          NODE_ENV: 'production',
          NODE_OPTIONS: '--max-old-space-size=192 --max-semi-space-size=4',
          MALLOC_ARENA_MAX: '2',
          SERVICE_NAME: name,
          SERVICE_VERSION: version,
          HOST: '127.0.0.1',
          PORT: String(context.port(port)),
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${context.port('telemetryStore')}`,
          ...env(context),
          ...overrides,
        },
      }
    },
    readiness: (context) => httpReady(`http://127.0.0.1:${context.port(port)}/ready`),
    stop: gentle,
    startDeadlineMs: 60_000,
    metrics: { port, path: '/metrics' },
    logs: { format: 'pino' },
  })
}

export const databaseUrl = (context: RangeContext, role: string): string =>
  `postgres://${role}:${context.config.passwords.postgres}@127.0.0.1:${context.port('postgres')}/shop`

export const serviceUrl = (context: RangeContext, service: ServiceName): string => `http://127.0.0.1:${context.port(service)}`

export const amqpUrl = (context: RangeContext): string =>
  `amqp://shop:${context.config.passwords.rabbitmq}@127.0.0.1:${context.port('amqp')}`

export const redisUrl = (context: RangeContext): string => `redis://127.0.0.1:${context.port('redis')}`
