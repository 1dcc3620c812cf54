import { defineEvidence, nothing } from './command.ts'
import { ownValue } from '../../model/own.ts'

const changing = new Set([
  'set',
  'setex',
  'psetex',
  'setnx',
  'mset',
  'del',
  'unlink',
  'getdel',
  'expire',
  'pexpire',
  'persist',
  'rename',
  'restore',
  'copy',
  'flushall',
  'flushdb',
  'swapdb',
  'shutdown',
  'debug',
  'replicaof',
  'slaveof',
  'failover',
  'incr',
  'decr',
  'append',
  'hset',
  'hdel',
  'lpush',
  'rpush',
  'lpop',
  'rpop',
  'ltrim',
  'sadd',
  'srem',
  'zadd',
  'zrem',
  'xadd',
  'xtrim',
])
/** For commands with subcommands, the subcommands that change something. */
const changingParts: Record<string, RegExp> = {
  config: /^(set|resetstat|rewrite)$/,
  client: /^(kill|pause|unpause)$/,
  script: /^(flush|kill)$/,
  slowlog: /^reset$/,
}
const withValue = /^(-h|-p|-s|-a|-u|-n|-r|-i|-d|-D|--user|--pass)$/

/** Output of Redis is a look at the cache. */
export const redisCli = defineEvidence({
  id: 'redis-cli',
  programs: ['redis-cli'],
  read(words) {
    let at = 0
    while (words[at]?.startsWith('-')) {
      if (/^(-v|--version|--help)$/.test(words[at] ?? '')) return nothing
      at += withValue.test(words[at] ?? '') ? 2 : 1
    }
    const [name = '', part = ''] = words.slice(at, at + 2).map((word) => word.toLowerCase())
    const flushes = name === 'flushall' || name === 'flushdb'
    return {
      looks: [{ view: 'cache', component: 'redis', detail: 'Redis by redis-cli', answeredBy: 'redis' }],
      changes: changing.has(name) || ownValue(changingParts, name)?.test(part) === true,
      ...(flushes ? { sameAs: { action: 'flush-cache', params: {} } } : {}),
    }
  },
})
