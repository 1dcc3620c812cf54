import type { Dashboard } from '../../model/dashboard.ts'

export const postgresDashboard: Dashboard = {
  id: 'postgres',
  title: 'PostgreSQL',
  component: 'postgres',
  panels: [
    {
      title: 'Sessions by state',
      unit: 'count',
      queries: [{ expr: 'sum by (state) (pg_stat_activity_count{datname="shop"})', legend: '{{state}}' }],
    },
    {
      title: 'Longest transaction',
      unit: 'seconds',
      queries: [{ expr: 'max by (state) (pg_stat_activity_max_tx_duration{datname="shop"})', legend: '{{state}}' }],
    },
    { title: 'Locks held', unit: 'count', queries: [{ expr: 'sum by (mode) (pg_locks_count{datname="shop"}) > 0', legend: '{{mode}}' }] },
    {
      title: 'Transactions',
      unit: 'rps',
      queries: [
        { expr: 'rate(pg_stat_database_xact_commit{datname="shop"}[$rate])', legend: 'committed' },
        { expr: 'rate(pg_stat_database_xact_rollback{datname="shop"}[$rate])', legend: 'rolled back' },
      ],
    },
    {
      title: 'Rows read and written',
      unit: 'rps',
      queries: ['fetched', 'inserted', 'updated', 'deleted'].map((verb) => ({
        expr: `rate(pg_stat_database_tup_${verb}{datname="shop"}[$rate])`,
        legend: verb,
      })),
    },
    {
      title: 'Blocks from cache',
      unit: 'ratio',
      queries: [
        {
          expr: 'rate(pg_stat_database_blks_hit{datname="shop"}[$rate]) / (rate(pg_stat_database_blks_hit{datname="shop"}[$rate]) + rate(pg_stat_database_blks_read{datname="shop"}[$rate]))',
          legend: 'hit ratio',
        },
      ],
    },
  ],
}

export const redisDashboard: Dashboard = {
  id: 'redis',
  title: 'Redis',
  component: 'redis',
  panels: [
    { title: 'Commands', unit: 'rps', queries: [{ expr: 'rate(redis_commands_processed_total[$rate])', legend: 'commands' }] },
    {
      title: 'Hits and misses',
      unit: 'rps',
      queries: [
        { expr: 'rate(redis_keyspace_hits_total[$rate])', legend: 'hits' },
        { expr: 'rate(redis_keyspace_misses_total[$rate])', legend: 'misses' },
      ],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [
        { expr: 'redis_memory_used_bytes', legend: 'in use' },
        { expr: 'redis_memory_max_bytes', legend: 'limit' },
      ],
    },
    {
      title: 'Evicted and expired',
      unit: 'rps',
      queries: [
        { expr: 'rate(redis_evicted_keys_total[$rate])', legend: 'evicted' },
        { expr: 'rate(redis_expired_keys_total[$rate])', legend: 'expired' },
      ],
    },
    { title: 'Keys', unit: 'count', queries: [{ expr: 'sum(redis_db_keys)', legend: 'keys' }] },
    {
      title: 'Clients',
      unit: 'count',
      queries: [
        { expr: 'redis_connected_clients', legend: 'connected' },
        { expr: 'redis_blocked_clients', legend: 'blocked' },
      ],
    },
  ],
}

export const rabbitmqDashboard: Dashboard = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  component: 'rabbitmq',
  panels: [
    { title: 'Messages ready', unit: 'count', queries: [{ expr: 'rabbitmq_queue_messages_ready', legend: '{{queue}}' }] },
    { title: 'Messages unacknowledged', unit: 'count', queries: [{ expr: 'rabbitmq_queue_messages_unacked', legend: '{{queue}}' }] },
    { title: 'Consumers', unit: 'count', queries: [{ expr: 'rabbitmq_queue_consumers', legend: '{{queue}}' }] },
    {
      title: 'Published and confirmed',
      unit: 'rps',
      queries: [
        { expr: 'sum(rate(rabbitmq_channel_messages_published_total[$rate]))', legend: 'published' },
        { expr: 'sum(rate(rabbitmq_channel_messages_confirmed_total[$rate]))', legend: 'confirmed' },
      ],
    },
    {
      title: 'Delivered, acknowledged, redelivered',
      unit: 'rps',
      queries: [
        { expr: 'sum(rate(rabbitmq_channel_messages_delivered_ack_total[$rate]))', legend: 'delivered' },
        { expr: 'sum(rate(rabbitmq_channel_messages_acked_total[$rate]))', legend: 'acknowledged' },
        { expr: 'sum(rate(rabbitmq_channel_messages_redelivered_total[$rate]))', legend: 'redelivered' },
      ],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [
        { expr: 'rabbitmq_process_resident_memory_bytes', legend: 'in use' },
        { expr: 'rabbitmq_resident_memory_limit_bytes', legend: 'alarm at' },
      ],
    },
  ],
}
