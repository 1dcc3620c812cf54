import type { ComponentName, ServiceName } from '../../model/components.ts'
import { defineComponent, gentle, type Component } from '../component.ts'
import type { PortName, RangeContext } from '../context.ts'
import { flagServices, flagsFile, writeFlags } from '../flags.ts'
import { edgePort } from '../mesh/edges.ts'
import { httpReady } from '../readiness/http.ts'
import { nodeProcess } from './node.ts'

interface ServiceOptions {
  name: ServiceName
  title: string
  calls: ComponentName[]
  env(context: RangeContext): Record<string, string>
}

/** A service of the shop; `/ready` opens new connections to its dependencies. */
export function defineService({ name, title, calls, env }: ServiceOptions): Component {
  const port: PortName = name
  const program = `shop/${name}/main.ts`
  const followsFlags = flagServices.some((each) => each === name)
  return defineComponent({
    name,
    title,
    role: 'service',
    ports: { http: port },
    calls,
    program,
    process: (context) => {
      const { version, overrides } = context.deployed(name)
      return nodeProcess(context, {
        program,
        heapMegabytes: 192,
        env: {
          NODE_ENV: 'production',
          SERVICE_NAME: name,
          SERVICE_VERSION: version,
          HOST: context.listen,
          PORT: String(context.port(port)),
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${context.address('telemetryStore')}`,
          ...env(context),
          ...(followsFlags && context.flags() !== null ? { FLAGS_FILE: flagsFile(context, name) } : {}),
          ...overrides,
        },
      })
    },
    async prepare(context) {
      const flags = followsFlags ? context.flags() : null
      if (flags !== null) writeFlags(context, name, flags)
    },
    readiness: (context) => httpReady(`http://127.0.0.1:${context.port(port)}/ready`),
    stop: gentle,
    // It is ready once its dependencies are, which start at the same time: RabbitMQ may take up to 90 s on a busy machine.
    startDeadlineMs: 120_000,
    metrics: { port, path: '/metrics' },
    logs: { format: 'pino' },
  })
}

/** The URL of the shop's database; through the proxy of a service, if one is named. */
export const databaseUrl = (context: RangeContext, role: string, through?: ServiceName): string =>
  `postgres://${role}:${context.config.passwords.postgres}@${context.address(through ? edgePort(through, 'postgres') : 'postgres')}/shop`

/** Where `from` reaches `to`: at its own proxy. */
export const serviceUrl = (context: RangeContext, from: ServiceName, to: ServiceName): string =>
  `http://${context.address(edgePort(from, to))}`

/** The shop's broker; through the proxy of the service that is named, if one is. */
export const amqpUrl = (context: RangeContext, through?: ServiceName): string =>
  `amqp://shop:${context.config.passwords.rabbitmq}@${context.address(through ? edgePort(through, 'rabbitmq') : 'amqp')}`

/** The shop's cache; through the proxy of the service that is named, if one is. */
export const redisUrl = (context: RangeContext, through?: ServiceName): string =>
  `redis://${context.address(through ? edgePort(through, 'redis') : 'redis')}`

/** The environment of a maintenance job. */
export const jobEnvironment = (context: RangeContext, name: string, params: Record<string, string>): Record<string, string> => ({
  DATABASE_URL: databaseUrl(context, 'postgres'),
  AMQP_URL: amqpUrl(context),
  CATALOG_DATABASE_URL: databaseUrl(context, 'catalog'),
  REDIS_URL: redisUrl(context),
  JOB_NAME: name,
  ...params,
})
