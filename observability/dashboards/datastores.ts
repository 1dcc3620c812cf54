import type { Dashboard } from '../../model/dashboard.ts'
import { volumeMounts } from '../volume-mounts.ts'

/** The disk of the host, and the volumes that there are beside it. */
const disks: Dashboard['panels'][number] = {
  title: 'Disk and volumes: space used',
  unit: 'ratio',
  queries: [
    {
      expr: `1 - node_filesystem_avail_bytes{mountpoint=~"/|${volumeMounts}"} / node_filesystem_size_bytes`,
      legend: '{{mountpoint}}',
    },
  ],
}

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
    {
      title: 'Slowest statements: time spent in each',
      unit: 'ratio',
      queries: [{ expr: 'topk(5, rate(pg_statement_seconds_total[$rate]))', legend: '{{statement}}' }],
    },
    {
      title: 'Slowest statements: mean time',
      unit: 'seconds',
      queries: [
        { expr: 'topk(5, rate(pg_statement_seconds_total[$rate]) / (rate(pg_statement_calls_total[$rate]) > 0))', legend: '{{statement}}' },
      ],
    },
    {
      title: 'Active sessions, by what they wait for',
      unit: 'count',
      queries: [{ expr: 'sum by (waits_for) (pg_waiting_sessions)', legend: '{{waits_for}}' }],
    },
    {
      title: 'Connections of all that there may be',
      unit: 'ratio',
      queries: [{ expr: 'sum(pg_stat_activity_count) / scalar(max(pg_connections_limit))', legend: 'in use' }],
      threshold: { value: 1, label: 'no more are let in' },
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
      title: 'Rows read without an index',
      unit: 'rps',
      queries: [{ expr: 'topk(5, rate(pg_table_scanned_rows_total[$rate]) > 0)', legend: '{{name}}' }],
    },
    {
      title: 'Dead rows (bloat)',
      unit: 'count',
      queries: [{ expr: 'topk(5, pg_table_dead_rows > 0)', legend: '{{name}}' }],
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
    {
      title: 'Replica: age of what catalog reads from it',
      unit: 'seconds',
      queries: [{ expr: 'max(catalog_read_lag_seconds)', legend: 'lag' }],
    },
    {
      title: 'Replica: WAL that it has not replayed',
      unit: 'bytes',
      queries: [
        { expr: 'max(pg_stat_replication_pg_wal_lsn_diff{application_name="replica"})', legend: 'while connected' },
        { expr: 'max(pg_replication_slots_pg_wal_lsn_diff{slot_name="replica"})', legend: 'kept for it by its slot' },
      ],
    },
    disks,
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
      title: 'Mean time of a command',
      unit: 'seconds',
      queries: [
        {
          expr: 'topk(5, rate(redis_commands_duration_seconds_total[$rate]) / (rate(redis_commands_total[$rate]) > 0))',
          legend: '{{cmd}}',
        },
      ],
    },
    {
      title: 'Slow log: commands over 5 ms',
      unit: 'rps',
      queries: [{ expr: 'rate(redis_slowlog_last_id[$rate])', legend: 'new entries' }],
    },
    {
      title: 'Slowest command of late',
      unit: 'seconds',
      queries: [{ expr: 'redis_last_slow_execution_duration_seconds', legend: 'latest slow command' }],
    },
    {
      title: 'Clients',
      unit: 'count',
      queries: [
        { expr: 'redis_connected_clients', legend: 'connected' },
        { expr: 'redis_blocked_clients', legend: 'blocked' },
      ],
    },
    {
      title: 'Last snapshot (0: it could not be saved)',
      unit: 'count',
      queries: [{ expr: 'redis_rdb_last_bgsave_status', legend: 'saved' }],
    },
    disks,
  ],
}

export const rabbitmqDashboard: Dashboard = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  component: 'rabbitmq',
  panels: [
    { title: 'Messages ready', unit: 'count', queries: [{ expr: 'rabbitmq_queue_messages_ready', legend: '{{queue}}' }] },
    { title: 'Messages unacknowledged', unit: 'count', queries: [{ expr: 'rabbitmq_queue_messages_unacked', legend: '{{queue}}' }] },
    {
      title: 'Age of the oldest order that waits',
      unit: 'seconds',
      queries: [{ expr: 'max(orders_unfulfilled_oldest_seconds)', legend: 'oldest' }],
      threshold: { value: 5, label: 'promised 5 s' },
    },
    {
      title: 'Wait in the queue (p95)',
      unit: 'seconds',
      queries: [{ expr: 'histogram_quantile(0.95, sum by (le) (rate(worker_message_wait_seconds_bucket[$rate])))', legend: 'p95' }],
      exemplars: 'worker_message_wait_seconds_bucket',
    },
    {
      title: 'Alarms (1: publishers are blocked)',
      unit: 'count',
      queries: [
        { expr: 'max(rabbitmq_alarms_memory_used_watermark)', legend: 'memory' },
        { expr: 'max(rabbitmq_alarms_free_disk_space_watermark)', legend: 'disk' },
        { expr: 'max(rabbitmq_alarms_file_descriptor_limit)', legend: 'descriptors' },
      ],
    },
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
