import { createHash } from 'node:crypto'
import { proxyNames, serviceNames, shopComponentNames, type ComponentName } from '../model/components.ts'
import type { Binding, Range } from '../model/range.ts'
import { bank, restoreBank } from './bank.ts'
import { endCanary } from './canary.ts'
import { inOrder } from './cluster-edit.ts'
import { databaseRole, endSessionsOf } from './database-roles.ts'
import { policyHash } from './mesh-policy.ts'
import { confirmedBinding, queueName } from './queue-name.ts'

/** What a drill may change of a range, apart from its customers' data: equal before and after, or something was left behind. */
export interface Fingerprint {
  hash: string
  parts: Record<string, unknown>
}

export async function fingerprint(range: Range): Promise<Fingerprint> {
  const [
    components,
    roles,
    settings,
    schema,
    load,
    mix,
    redisMemory,
    redisPolicy,
    dead,
    jobs,
    sessions,
    bindings,
    memory,
    extraRules,
    unscraped,
    policy,
    edgeFaults,
    identities,
    cacheFault,
    bankNow,
    canary,
  ] = await Promise.all([
    range.status(),
    range.database.query(`select rolname, rolconnlimit from pg_roles where rolname !~ '^pg_' order by rolname`),
    range.database.query(`select setrole::regrole::text as role, setconfig from pg_db_role_setting order by 1`),
    range.database.query(
      `select indexdef from pg_indexes where schemaname in ('catalog', 'inventory', 'orders', 'payments', 'fulfilment') order by indexdef`,
    ),
    range.load.status(),
    range.load.mix(),
    range.cache.command('CONFIG', 'GET', 'maxmemory'),
    range.cache.command('CONFIG', 'GET', 'maxmemory-policy'),
    range.queue.status('orders.fulfilment.dead'),
    range.jobs.running(),
    range.database.query(
      `select distinct application_name from pg_stat_activity where datname = 'shop' and application_name <> 'firedrill' order by 1`,
    ),
    range.queue.bindings(),
    range.queue.memory(),
    range.monitoring.extraRules(),
    range.monitoring.unscraped(),
    range.mesh.policy(),
    range.mesh.faults(),
    range.mesh.identities(),
    range.mesh.cacheFault(),
    bank(range),
    range.releases.canary(),
  ])
  const services = await Promise.all(
    serviceNames.map(async (service) => ({
      service,
      version: await range.releases.current(service),
      overrides: await range.config.get(service),
    })),
  )
  const parts = {
    components: components
      .filter((component) => (shopComponentNames as readonly string[]).includes(component.name))
      .map(({ name, state }) => ({ name, state })),
    services,
    canary,
    roles,
    settings,
    indexes: createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16),
    users: load.users,
    mix,
    redis: [redisMemory, redisPolicy],
    deadLetters: dead.ready,
    bindings,
    brokerLimit: memory.limitBytes,
    monitoring: { extraRules, unscraped },
    mesh: {
      policy: policyHash(policy),
      edgeFaults,
      cacheFault,
      refused: identities.filter(({ verified }) => !verified).map(({ service }) => service),
    },
    bank: bankNow,
    ...(range.cluster
      ? { cluster: { edits: await range.cluster.edits(), quota: await range.cluster.quota(), rotated: await range.cluster.rotated() } }
      : {}),
    jobs,
    foreignSessions: sessions
      .map((row) => String(row['application_name']))
      .filter(
        (name) => !(serviceNames as readonly string[]).includes(name) && !['firedrill-probe', 'postgres_exporter', ''].includes(name),
      ),
  }
  return { hash: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16), parts }
}

/** Brings a range back to how a fresh one runs, whatever a drill or its trainee did to it. Idempotent. */
export async function restoreBaseline(range: Range, users: number): Promise<void> {
  await restoreMesh(range)
  await restoreCluster(range)
  for (const job of await range.jobs.running()) await range.jobs.stop(job)
  await startAgain(range, shopComponentNames)
  for (const service of serviceNames) {
    await range.config.set(service, {}, 'firedrill')
    const baseline = range.releases.baseline(service)
    if ((await range.releases.current(service)) !== baseline) await range.releases.deploy(service, baseline, 'firedrill')
  }
  await restoreDatabase(range)
  await restoreBank(range)
  await restoreBroker(range)
  await restoreMonitoring(range)
  await range.cache.command('CLIENT', 'UNPAUSE')
  await restoreCache(range)
  await range.queue.purge(queueName.enum['orders.fulfilment.dead'])
  if ((await range.load.status()).users !== users) await range.load.setUsers(users)
  await range.load.setMix({ hotShare: 0, bots: 0, rate: 0 })
}

/** Settings and limits of roles that no fresh range has. */
async function restoreDatabase(range: Range): Promise<void> {
  const owners: readonly string[] = databaseRole.options
  const limited = await range.database.query<{ name: string }>(`select rolname as name from pg_roles where rolconnlimit >= 0`)
  const configured = await range.database.query<{ role: string }>(`select setrole::regrole::text as role from pg_db_role_setting`)
  for (const { name } of limited.filter((row) => owners.includes(row.name))) {
    await range.database.query(`alter role ${name} connection limit -1`)
  }
  for (const { role } of configured) {
    if (role === '-') await range.database.query('alter database shop reset all')
    else if (owners.includes(role)) await range.database.query(`alter role ${role} reset all`)
  }
  if (configured.length > 0) await endSessionsOf(range, owners)
}

const bindings: readonly Binding[] = [
  confirmedBinding,
  { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' },
  { exchange: 'orders.dead', queue: 'orders.fulfilment.dead', key: '' },
]

async function restoreBroker(range: Range): Promise<void> {
  await range.queue.limitMemory(null)
  const same = (a: Binding, b: Binding) => a.exchange === b.exchange && a.queue === b.queue && a.key === b.key
  const found = await range.queue.bindings()
  for (const binding of bindings) if (!found.some((other) => same(binding, other))) await range.queue.bind(binding)
  for (const other of found) if (!bindings.some((binding) => same(binding, other))) await range.queue.unbind(other)
}

/** Empties a cache that still shows prices as they were: it did not hear of the changes while it could not be reached. */
async function restoreCache(range: Range): Promise<void> {
  const changed = await range.database.query<{ sku: string; cents: number }>(
    `select sku, price_cents as cents from catalog.products where updated_at between now() - interval '30 minutes' and now() - interval '2 seconds'`,
  )
  if (changed.length === 0) return
  // Safe: MGET answers with one string or null for each key.
  const shown = (await range.cache.command('MGET', ...changed.map(({ sku }) => `catalog:product:${sku}`))) as (string | null)[]
  // Safe: only catalog writes these keys, with a product.
  const outdated = shown.some(
    (text, index) => text !== null && (JSON.parse(text) as { priceCents?: number }).priceCents !== changed[index]?.cents,
  )
  if (outdated) await range.cache.command('FLUSHALL')
}

/** Starts what does not run, and lets go on what was suspended. */
async function startAgain(range: Range, names: readonly ComponentName[]): Promise<void> {
  const components = await range.status()
  for (const name of names) {
    const state = components.find((component) => component.name === name)?.state
    if (state === 'suspended') await range.processes.signal(name, 'SIGCONT')
    if (state !== 'running') await range.processes.start(name)
  }
}

async function restoreMesh(range: Range): Promise<void> {
  await startAgain(range, proxyNames)
  await endCanary(range, 'firedrill')
  for (const { from, to } of await range.mesh.faults()) await range.mesh.setFault({ from, to }, null)
  if ((await range.mesh.cacheFault()) !== null) await range.mesh.setCacheFault(null)
  // With its history: what one trainee changed would tell the next.
  await range.mesh.reset()
  for (const { service, verified } of await range.mesh.identities()) if (!verified) await range.mesh.issueIdentity(service)
}

/** The quota first: while it stands, no pod takes the place of another. */
async function restoreCluster({ cluster }: Range): Promise<void> {
  if (!cluster) return
  if ((await cluster.quota()) !== null) await cluster.setQuota(null)
  for (const ref of inOrder(await cluster.edits())) await cluster.sync(ref)
  for (const service of await cluster.rotated()) await cluster.restoreCredential(service)
}

async function restoreMonitoring(range: Range): Promise<void> {
  for (const file of await range.monitoring.extraRules()) await range.monitoring.setExtraRules(file, null)
  if ((await range.monitoring.unscraped()).length > 0) await range.monitoring.setUnscraped([])
}

/** What must hold of the shop's orders at rest, whatever happened: counts of violations, all of which should be 0. */
export async function orderInvariants(range: Range): Promise<Record<string, number>> {
  const rows = await range.database.query<Record<string, string>>(
    `select
       (select count(*) from orders.orders where state = 'confirmed') as accepted_not_fulfilled,
       (select count(*) from orders.orders o where o.state in ('confirmed', 'fulfilled')
          and not exists (select 1 from fulfilment.shipments s where s.order_id = o.id)) as fulfilled_without_shipment,
       (select count(*) from fulfilment.shipments s where not exists (select 1 from orders.orders o
          where o.id = s.order_id and o.state in ('confirmed', 'fulfilled'))) as shipped_without_order,
       (select count(*) - count(distinct order_id) from fulfilment.shipments) as shipped_twice,
       (select count(*) from inventory.stock where available < 0 or reserved < 0) as negative_stock,
       (select count(*) from (select sum(quantity) filter (where state = 'shipped') as shipped from inventory.reservations) r,
          (select sum(shipped) as shipped from inventory.stock) s where coalesce(r.shipped, 0) <> s.shipped) as stock_miscounted,
       (select count(*) from payments.charges c join orders.orders o on o.id = c.order_id
          where c.state = 'charged' and o.state not in ('confirmed', 'fulfilled', 'pending')) as charged_without_order`,
  )
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]))
}
