import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { defineComponent } from '../component.ts'
import { configDir, dataDir, type RangeContext } from '../context.ts'
import { tcpReady } from '../readiness/tcp.ts'

/** The protocol header that a client opens with; the broker answers with `Connection.Start`, which names the product. */
const amqpHeader = new Uint8Array([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1])

/** Bytes of memory above which the broker blocks publishers. */
export const memoryLimitBytes = 384 * 1024 * 1024

/** Erlang's own resolver: the node is at `localhost`, which is not an IPv4 address on every machine. */
const inetrc = (context: RangeContext): string => path.join(configDir(context, 'rabbitmq'), 'inetrc')
const inetrcText = `{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n`

/** The environment in which the server and `rabbitmqctl` find this range's node. */
export const rabbitmqNode = (context: RangeContext): Record<string, string> => ({
  HOME: dataDir(context, 'rabbitmq'),
  RABBITMQ_NODENAME: `shop-${context.config.id}@localhost`,
  RABBITMQ_CONF_ENV_FILE: '/dev/null',
  ERL_EPMD_PORT: String(context.port('epmd')),
  ERL_EPMD_ADDRESS: '127.0.0.1',
})

/** The same for a node on this machine. */
export const localNode = (context: RangeContext): Record<string, string> => ({ ...rabbitmqNode(context), ERL_INETRC: inetrc(context) })

/** Its HTTP API for administration, without its own statistics: Prometheus has them. It takes 4 MB. */
export const enabledPlugins = '[rabbitmq_management,rabbitmq_prometheus].\n'

/** Settings of the broker, apart from its users. */
export const rabbitmqConf = (context: RangeContext): string =>
  [
    `listeners.tcp.1 = ${context.listen}:${context.port('amqp')}`,
    `prometheus.tcp.ip = ${context.listen}`,
    `prometheus.tcp.port = ${context.port('rabbitmqMetrics')}`,
    'prometheus.return_per_object_metrics = true',
    `management.tcp.ip = ${context.listen}`,
    `management.tcp.port = ${context.port('rabbitmqManagement')}`,
    'management_agent.disable_metrics_collector = true',
    'collect_statistics_interval = 1000',
    `vm_memory_high_watermark.absolute = ${memoryLimitBytes}`,
    'disk_free_limit.absolute = 50MB',
    'log.file = false',
    'log.console = true',
    'log.console.level = info',
    'log.console.formatter = json',
    '',
  ].join('\n')

export const rabbitmq = defineComponent({
  name: 'rabbitmq',
  title: 'RabbitMQ',
  role: 'datastore',
  ports: { amqp: 'amqp', metrics: 'rabbitmqMetrics', management: 'rabbitmqManagement', distribution: 'erlang', epmd: 'epmd' },
  calls: [],

  async prepare(context) {
    const config = configDir(context, 'rabbitmq')
    await mkdir(config, { recursive: true })
    await mkdir(dataDir(context, 'rabbitmq'), { recursive: true })
    await writeFile(
      path.join(config, 'rabbitmq.conf'),
      `${rabbitmqConf(context)}default_user = shop\ndefault_pass = ${context.config.passwords.rabbitmq}\n`,
      { mode: 0o600 },
    )
    await writeFile(path.join(config, 'enabled_plugins'), enabledPlugins)
    await writeFile(inetrc(context), inetrcText)
  },
  process: (context) => {
    return {
      // The port mapper must belong to this range and end with it: the broker's own would outlive it.
      file: '/bin/sh',
      args: [
        '-c',
        '"$1" -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$2"',
        'rabbitmq',
        context.binaries.epmd,
        context.binaries.rabbitmqServer,
      ],
      env: {
        ...localNode(context),
        RABBITMQ_MNESIA_BASE: dataDir(context, 'rabbitmq'),
        RABBITMQ_LOG_BASE: dataDir(context, 'rabbitmq'),
        RABBITMQ_CONFIG_FILE: path.join(configDir(context, 'rabbitmq'), 'rabbitmq.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: path.join(configDir(context, 'rabbitmq'), 'enabled_plugins'),
        // Tables for a million processes, and for as many ports as open files are allowed, would take 16 MB from the start.
        RABBITMQ_MAX_NUMBER_OF_PROCESSES: '65536',
        RABBITMQ_DIST_PORT: String(context.port('erlang')),
        // One scheduler, which sleeps when idle, because a training range shares its cores. And no metrics of the Erlang VM, which nobody reads: with
        // them, each scrape, one a second, takes three times as much CPU and is 72 kB instead of 27.
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          '-prometheus collectors [] +S 1:1 +Q 16384 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
      },
    }
  },
  readiness: (context) => tcpReady(context.port('amqp'), { send: amqpHeader, expect: 'RabbitMQ' }),
  stop: { signal: 'SIGTERM', deadlineMs: 20_000 },
  startDeadlineMs: 90_000,
  metrics: { port: 'rabbitmqMetrics', path: '/metrics' },
  logs: { format: 'rabbitmq' },
})
