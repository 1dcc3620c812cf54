import { loadScenarios } from '../../drills/scenarios.ts'
import { bundleThere, ensureBundles } from '../../range/bundle/bundle.ts'
import { control } from '../../range/components/control.ts'
import { hasConsole } from '../../range/topology.ts'
import { bundledOn } from '../../shell/firedrill.ts'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Option } from 'commander'
import { buildConsole } from '../../control/build-console.ts'
import { cacheDir, projectRoot } from '../../control/paths.ts'
import { dropReceivers, keepReceivers, layAsideRefused, openLocalRange, type KeptReceivers } from '../../control/wiring.ts'
import { dropPacks, keepPacks, scenariosOf } from '../../control/packs.ts'
import { codeOf, soundScenarios } from '../../control/sound-scenarios.ts'
import { FiredrillError } from '../../model/errors.ts'
import { formatDurationMs } from '../../model/duration.ts'
import {
  defaultPortBase,
  deployedCluster,
  overlays,
  ownConsole,
  profiles,
  rangeId,
  type ClusterPlacement,
  type ConsolePlace,
  type DeployedCluster,
  type Placement,
  type Profile,
} from '../../range/context.ts'
import { leastCacheRoom, leastRoom, requireCacheRoom, requireDiskRoom } from '../../range/room.ts'
import { describeMachine, measureMachine, patienceOn, usersFor } from '../../range/machine.ts'
import { hasLinkKeys, invite } from '../../range/targets/hosts/invitation.ts'
import { setup } from '../../range/setup.ts'
import { shopComponentNames, type ComponentName } from '../../model/components.ts'
import { Ledger } from '../../control/ledger.ts'
import { poll } from '../../model/until.ts'
import { requireFreePorts } from '../../range/targets/local/ports.ts'
import { reloadAlertmanager } from '../../range/targets/local/monitoring.ts'
import type { LocalTarget } from '../../range/targets/local/target.ts'
import type { RangeState } from '../../range/targets/local/state.ts'
import { isThere } from '../../range/targets/local/identity.ts'
import { scenarioVocabulary } from './scenario.ts'
import { apiClient } from '../../control/client.ts'
import { allowOrigin, command, integer, openState, type CommonOptions } from '../options.ts'
import { bold, dim, green, print, printJson, red } from '../output.ts'

interface UpOptions extends CommonOptions {
  profile?: Profile
  users?: number
  clickhouse?: string
  /** False removes them. */
  pack?: string[] | boolean
  trust?: string
  /** False removes them. */
  receivers?: string | boolean
  target?: 'local' | 'kubernetes'
  kubeconfig?: string
  overlay?: ClusterPlacement['overlay']
  storageClass?: string
  address?: string
  consoleListen?: string
  consoleName?: string[]
  allowOrigin?: string[]
}

/** A running range has already read its scenarios. */
async function takePacks(options: UpOptions, say: (line: string) => void): Promise<void> {
  const { dir, pack, trust } = options
  if (pack === undefined || pack === true) return
  const state = openState(options)
  if (isThere(state.run('control')))
    throw new FiredrillError('conflict', "packs are read when the range starts: run 'firedrill down' first")
  if (pack === false) return dropPacks(dir)
  const taken = new Set(loadScenarios(path.join(projectRoot, 'scenarios'), () => {}).keys())
  const trusted = trust === undefined ? undefined : readFileSync(trust, 'utf8')
  for (const { head, scenarios, signer } of await keepPacks(dir, pack, { taken, vocabulary: scenarioVocabulary(), trusted }))
    say(
      `pack ${head?.id} ${head?.version}: ${scenarios.length} scenarios, ${signer === null ? 'not signed' : `signed with the key ${signer}`}`,
    )
}

const steadyDeadlineMs = 60_000
/** Images are pulled first. */
const clusterDeadlineMs = 600_000

export const upCommand = () =>
  command('up')
    .addOption(new Option('--profile <name>', 'speed of alerting: drill pages within seconds').choices([...profiles]))
    .addOption(new Option('--users <n>', 'simulated users').argParser(integer))
    .option('--clickhouse <url>', 'keep logs and traces in this ClickHouse instead of the embedded one')
    .option('--pack <source...>', 'also play the scenarios of these packs, folders or archives, until other packs are given')
    .option('--no-pack', 'play no packs any more')
    .option('--trust <file>', 'accept only packs that this public key (PEM) signed')
    .option(
      '--receivers <file>',
      "YAML with your team's own Alertmanager receivers, notified as well as the console, until another file is given",
    )
    .option('--no-receivers', 'notify only the console again')
    .addOption(new Option('--target <where>', 'where the shop runs: on this host, or in a cluster').choices(['local', 'kubernetes']))
    .option('--kubeconfig <file>', 'kubeconfig of the cluster (default: $KUBECONFIG)')
    .addOption(
      new Option('--overlay <name>', 'what carries the calls between services: the plain cluster, or Istio').choices([...overlays]),
    )
    .option('--storage-class <name>', "storage class of the data stores' volume claims (default: the cluster's)")
    .option('--address <host>', 'address at which pods reach this host')
    .option('--console-listen <address>', 'where the console and the API listen (127.0.0.1 in a new range)')
    .option('--console-name <name...>', 'names or addresses by which clients may know the console, beside the loopback')
    .addOption(allowOrigin())
    .action(async (options: UpOptions) => {
      const startedAt = Date.now()
      const say = (line: string) => void (options.json || print(line))
      const { role } = openState(options)
      await requireRoom(options)
      await takePacks(options, say)
      await setup(projectRoot, cacheDir, say, role)
      if (hasConsole(role)) await buildConsole(say)
      await ensureBundles(projectRoot, cacheDir, bundledOn(role), say)
      await configure(options, say)
      const cluster = await putIntoCluster(options, say)
      const kept = takeReceivers(options)
      const refused = hasConsole(role) && !kept ? layAsideRefused(options.dir) : null
      if (refused !== null) say(`${red('✗')} ${refused}`)
      const target = openLocalRange(options.dir)
      endDrillOfDeadRange(target)
      const swept = target.sweep(new Set())
      if (swept > 0) say(dim(`${swept} processes of an earlier run were stopped`))
      const reports = await target.startAll(({ name, outcome, tookMs, error }) => {
        if (outcome === 'failed') say(`${red('✗')} ${name}: ${error}`)
        else say(`${green('✓')} ${name} ${dim(outcome === 'already' ? 'runs already' : formatDurationMs(tookMs))}`)
      })
      const alertmanager = reports.find(({ name }) => name === 'alertmanager')
      if (kept && alertmanager) await takeUp(kept, alertmanager.outcome, target)
      if (hasConsole(role)) tellLeftOut(options.dir, say)
      const failed = reports.filter((report) => report.outcome === 'failed')
      const readyMs = Date.now() - startedAt
      const { placement } = target.context.config
      // On two hosts, neither is steady without the other: 'firedrill host wait' waits for both.
      if (failed.length === 0 && (placement.role === 'all' || cluster))
        await untilSteady(target.state, cluster ? clusterDeadlineMs : steadyDeadlineMs * patienceOn(target.state.machine()))
      const links = linksOf(target)
      if (options.json) printJson({ ok: failed.length === 0, tookMs: readyMs, components: reports, links })
      else if (failed.length === 0) tellThatUp(placement, links, Date.now() - startedAt)
      if (failed.length > 0) {
        throw new FiredrillError(
          'component-failed',
          `${failed.map((report) => report.name).join(', ')} did not start: see 'firedrill logs ${failed[0]?.name}'`,
        )
      }
    })

/** What the control plane has just validated is not read again. */
function tellLeftOut(dir: string, say: (line: string) => void): void {
  const sound = soundScenarios(dir, codeOf(bundleThere(projectRoot, cacheDir, control.program ?? '') ?? ''))
  const told = ({ message }: FiredrillError) => say(`${red('✗')} a scenario is left out: ${message}`)
  scenariosOf(projectRoot, dir, told, (folder) => sound.load(folder))
}

/** The cluster that the shop is in, once it is there; null if it is not in one. */
async function putIntoCluster(options: UpOptions, say: (line: string) => void): Promise<DeployedCluster | null> {
  const state = openState(options)
  const cluster = deployedCluster(state.config().placement)
  if (!cluster) return null
  // Its client takes a while to load, so only ranges with a cluster load it.
  const { deployShop, isDeployed } = await import('../../range/targets/kubernetes/deploy.ts')
  const invited = !hasLinkKeys(state.dir) || !(await isDeployed(cluster)) ? await invite(state, cluster.address) : null
  await deployShop(projectRoot, cluster, invited)
  say(`${green('✓')} the shop is in the cluster ${dim(`(${cluster.overlay})`)}`)
  return cluster
}

const linksOf = ({ context }: LocalTarget) => {
  const { tokens, console: where } = context.config
  const base = `http://${where.names[0] ?? '127.0.0.1'}:${context.port('control')}`
  return {
    console: base,
    trainee: `${base}/login#token=${tokens.trainee}`,
    instructor: `${base}/login#token=${tokens.instructor}`,
    shop: `http://127.0.0.1:${context.port('gateway-inbound')}/`,
  }
}

function tellThatUp(placement: Placement, links: ReturnType<typeof linksOf>, tookMs: number): void {
  if (placement.role === 'shop') return print(`\n${bold('The shop is up')} ${dim(`and connects to ${placement.observability}`)}`)
  if (placement.role === 'load') return print(`\n${bold('The load is up')} ${dim(`and connects to ${placement.observability}`)}`)
  print()
  print(`${bold('The range is up')} ${dim(`after ${formatDurationMs(tookMs)}`)}`)
  print(`  console     ${links.console}`)
  print(`  trainee     ${links.trainee}`)
  print(`  instructor  ${links.instructor}`)
  print(`  shop        ${links.shop}`)
  if (placement.role === 'observability' && !deployedCluster(placement))
    print(dim("  the shop's host connects to this one; 'firedrill host wait' waits for it"))
}

/** Configures Alertmanager with a team's own receivers; if that fails, the previous ones stay stored, and active. */
async function takeUp(kept: KeptReceivers, outcome: 'started' | 'already' | 'failed', target: LocalTarget): Promise<void> {
  try {
    if (outcome === 'already') await reloadAlertmanager(target)
  } catch (error) {
    kept.undo()
    target.writeConfig('alertmanager')
    throw error
  }
  if (outcome === 'failed') kept.undo()
}

/** Reports obstacles before anything is installed, built or started. */
async function requireRoom(options: UpOptions): Promise<void> {
  const state = openState(options)
  const before = state.exists ? state.config() : null
  const portBase = options.portBase ?? before?.portBase ?? defaultPortBase
  state.requireWritable()
  // A running range has what it needs.
  if (!isThere(state.run('control'))) {
    requireDiskRoom(state.dir, before ? leastRoom.existing : leastRoom.fresh)
    requireCacheRoom(cacheDir, leastCacheRoom.bundles)
  }
  const role = options.target === 'kubernetes' ? 'observability' : options.target === 'local' ? 'all' : state.role
  await requireFreePorts({ portBase, role, rangeId: rangeId(state.dir), runs: (name) => isThere(state.run(name)) })
}

/** Null if neither option was given: they stay as they are. Commander then gives `true`. */
function takeReceivers({ dir, receivers }: UpOptions): KeptReceivers | null {
  if (receivers === undefined || receivers === true) return null
  return receivers === false ? dropReceivers(dir) : keepReceivers(dir, receivers)
}

/** Where the shop is to run; undefined if not given, and then unchanged. */
function placementOf({ target, kubeconfig, overlay, storageClass, address }: UpOptions): { placement?: Placement } {
  if (target === 'local') return { placement: { role: 'all' } }
  if (target === undefined) return {}
  const file = kubeconfig ?? process.env['KUBECONFIG']
  if (!file) throw new FiredrillError('bad-request', 'which cluster: give --kubeconfig, or set KUBECONFIG')
  if (!address) throw new FiredrillError('bad-request', 'how pods reach this host: give --address')
  const cluster = { kubeconfig: path.resolve(file), overlay: overlay ?? 'local', storageClass: storageClass ?? null, address }
  return { placement: { role: 'observability', listen: '0.0.0.0', cluster } }
}

/** Where the console listens and for whom; options that were not given stay unchanged. */
function consoleOf({ consoleListen, consoleName, allowOrigin: origins }: UpOptions, state: RangeState): { console?: ConsolePlace } {
  if (consoleListen === undefined && consoleName === undefined && origins === undefined) return {}
  const before = state.exists ? state.config().console : ownConsole
  return { console: { listen: consoleListen ?? before.listen, names: consoleName ?? before.names, origins: origins ?? before.origins } }
}

/** Stores the given settings; running components keep those they were started with. */
async function configure(options: UpOptions, say: (line: string) => void): Promise<void> {
  const state = openState(options)
  const runs = state.exists && isThere(state.run('control'))
  // Beside a running range, the measurement would include that.
  const machine = runs ? null : await measureMachine()
  const isNewHere = !state.exists && options.target !== 'kubernetes'
  const users = options.users ?? (isNewHere && machine ? usersFor(machine) : undefined)
  const asked = {
    ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(users === undefined ? {} : { users }),
    ...(options.clickhouse === undefined ? {} : { clickhouseUrl: options.clickhouse }),
    ...placementOf(options),
    ...consoleOf(options, state),
  }
  if (state.exists) {
    const before = state.config()
    const changed = Object.entries(asked).filter(([name, value]) => !isDeepStrictEqual(before[name as keyof typeof asked], value))
    if (changed.length > 0 && runs) {
      throw new FiredrillError(
        'conflict',
        `the range in ${state.dir} runs with other settings (${changed.map(([name]) => name).join(', ')}): 'firedrill down' first`,
      )
    }
  }
  const config = state.configure(asked)
  if (!machine) return
  state.setMachine(machine)
  const served = config.placement.role === 'all' ? `; ${config.users} users` : ''
  say(dim(`this machine: ${describeMachine(machine)}${served}`))
}

/** After a power cut, or a crash that took both supervisors and a part of the shop, a drill cannot continue while things restart. */
function endDrillOfDeadRange({ state, context }: LocalTarget): void {
  if (context.config.placement.role !== 'all') return
  const gone = (name: ComponentName): boolean => !isThere(state.run(name))
  if (!gone('control') || !gone('reaper') || !shopComponentNames.some(gone)) return
  using ledger = new Ledger(state.dir)
  if (ledger.aliveAt() !== null) ledger.setAliveAt(1)
}

/** Ready: each component answers; steady: users have been served for a few seconds. During a drill the range need not be steady. */
export async function untilSteady(state: RangeState, deadlineMs = steadyDeadlineMs): Promise<void> {
  const client = apiClient(state, 'instructor')
  let results: readonly { ok: boolean; title: string; detail: string }[] = []
  const isSteady = async () => {
    const health = await client.get('/api/health')
    results = health.results ?? []
    return health.healthy || (await client.get('/api/drills')).running !== null
  }
  if (await poll(deadlineMs, isSteady, 250)) return
  const reasons = results.filter((result) => !result.ok).map((result) => `${result.title}: ${result.detail}`)
  throw new FiredrillError('range-not-steady', `every component is ready, but the range is not steady: ${reasons.join('; ')}`)
}
