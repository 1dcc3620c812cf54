import type { CommandEvidence } from './command.ts'
import { curl } from './curl.ts'
import { kubectl } from './kubectl.ts'
import { logs } from './logs.ts'
import { psql } from './psql.ts'
import { rabbitmqadmin } from './rabbitmqadmin.ts'
import { redisCli } from './redis-cli.ts'
import { sudo } from './sudo.ts'

/** What is recognised of what is done in a terminal. Metrics and our own API are not among them: what is asked there is noted by the routes themselves. */
export const evidence: readonly CommandEvidence[] = [curl, kubectl, logs, psql, rabbitmqadmin, redisCli, sudo]
