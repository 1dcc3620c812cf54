import type { CommandEvidence } from './command.ts'
import { curl } from './curl.ts'
import { kubectl } from './kubectl.ts'
import { logs } from './logs.ts'
import { psql } from './psql.ts'
import { rabbitmqadmin } from './rabbitmqadmin.ts'
import { redisCli } from './redis-cli.ts'
import { sudo } from './sudo.ts'

/** Recognised programs in a terminal. Requests to Prometheus and our own API are recorded by the routes themselves. */
export const evidence: readonly CommandEvidence[] = [curl, kubectl, logs, psql, rabbitmqadmin, redisCli, sudo]
