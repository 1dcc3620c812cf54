import { rmSync } from 'node:fs'
import path from 'node:path'
import type { ComponentName, ComponentStatus } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import { asBundle } from '../../bundle/bundle.ts'
import type { Component, ProcessSpec } from '../../component.ts'
import { configDir, logFile, portOffsets, type Binaries, type PortName, type RangeContext } from '../../context.ts'
import { patienceOn } from '../../machine.ts'
import { baselineFlags } from '../../flags.ts'
import { baselinePolicy } from '../../mesh/files.ts'
import { tierOf, type Tier } from '../../precedence.ts'
import { waitUntilReady } from '../../readiness/readiness.ts'
import { baselineRelease } from '../../releases.ts'
import { makePrivate, makePrivateFolder, writePrivately } from '../../private.ts'
import { asShopUser } from '../../shop-user.ts'
import { shopGroup } from '../../users.ts'
import { writeWhole } from '../../whole-file.ts'
import { placedForAWhileOn, placedOn, stopOrder, topology } from '../../topology.ts'
import { family, isMissed, listProcesses, liveness, type ProcessIdentity } from './identity.ts'
import { withClock } from './clocks.ts'
import { statusOf } from './component-status.ts'
import { withLock, type HeldLock } from './lock.ts'
import { dissolve, establish } from './precedence.ts'
import { requireFreeSoon } from './ports.ts'
import { killAll, launch, send, terminate } from './process.ts'
import { endOrphans, endStrays } from './strays.ts'
import type { RangeState, RunRecord } from './state.ts'
import { unmountAll } from './volume-folders.ts'

const stopsWithinMs = 1_000
const serviceRestartMs = 60_000

/** Renders what other folders define (rules, routes, scrape targets) into a component's configuration files. */
type ConfigRenderer = (context: RangeContext, component: ComponentName) => Record<string, string>

interface StartReport {
  name: ComponentName
  /** `already` if it was running and ready before. */
  outcome: 'started' | 'already' | 'failed'
  /** Time from launch to ready. */
  tookMs: number
  error?: string
}

/** Runs the components of one range as processes of this machine. It has no state of its own: everything is on disk and in /proc. */
export class LocalTarget {
  readonly state: RangeState
  readonly context: RangeContext
  readonly #render: ConfigRenderer
  readonly #cache: string | null

  /** Bundles of our own programs are stored in `cache`; without one the sources run. */
  constructor(state: RangeState, root: string, binaries: Binaries, render: ConfigRenderer, cache: string | null = null) {
    this.state = state
    this.#cache = cache
    this.#render = render
    writePrivately()
    const config = state.config()
    this.context = {
      dir: state.dir,
      root,
      config,
      binaries,
      port: (name: PortName) => config.portBase + portOffsets[name],
      address: (name: PortName) => `127.0.0.1:${config.portBase + portOffsets[name]}`,
      listen: '127.0.0.1',
      deployed: (service) => ({
        version: this.currentVersion(service),
        overrides: state.overrides(service),
      }),
      canary: () => state.canary(),
      unscraped: () => state.unscraped(),
      flags: () => state.flags()?.text ?? baselineFlags(root),
      mesh: () => ({
        policy: state.meshRevisions().at(-1)?.yaml ?? baselinePolicy(root),
        faults: state.meshFaults(),
        cacheFault: state.cacheFault(),
        generations: state.identityGenerations(),
      }),
    }
  }

  /** The components on this host. */
  get components(): readonly Component[] {
    const { role } = this.context.config.placement
    return this.state.canary() ? [...placedOn(role), ...placedForAWhileOn(role)] : placedOn(role)
  }

  currentVersion(service: string): string {
    const last = this.state.deployments().findLast((deployment) => deployment.service === service && !deployment.canary)
    return last?.version ?? baselineRelease(this.context.root, service)
  }

  /** Starts a component and waits until it is ready. Idempotent: a running one is waited for, and reported as `already`. */
  async start(name: ComponentName): Promise<StartReport> {
    const component: Component = topology[name]
    const before = this.state.run(name)
    const already: StartReport = { name, outcome: 'already', tookMs: 0 }
    if (before && liveness(before) === 'running') {
      const answers = await component
        .readiness(this.context)
        .check(2_000)
        .then(
          () => true,
          () => false,
        )
      if (answers) return already
    }
    const ran = before !== null && before.readyAfterMs !== null && liveness(before) === 'running'
    const record = await this.#alone(name, (lock) => this.#launch(component, lock))
    const report = await this.#awaitReady(component, record)
    // One that was ready before and runs is slow to answer, as on any busy machine, and nothing had to be done.
    return ran && this.state.run(name)?.nonce === before.nonce ? already : report
  }

  /** Starts a program of this range, with the precedence of a tier. */
  launch(spec: ProcessSpec, name: string, tier: Tier, logPath: string): Promise<ProcessIdentity> {
    return launch(spec, { rangeId: this.context.config.id, name, logPath, tier, precedence: this.state.precedence() })
  }

  async stop(name: ComponentName): Promise<void> {
    await this.#alone(name, async () => {
      await this.#end(topology[name])
      this.state.clearRun(name)
    })
  }

  async restart(name: ComponentName): Promise<void> {
    const component: Component = topology[name]
    const record = await this.#alone(name, async (lock) => {
      // Its record stays: on a full disk there would be no room for another.
      await this.#end(component)
      return this.#launch(component, lock)
    })
    // Its dependencies run already, or are what is broken: a caller that waits wants to know.
    await this.#awaitReady(component, record, component.role === 'service' ? serviceRestartMs : component.startDeadlineMs)
  }

  /** Restarts a component that exited unexpectedly, unless somebody stopped it meanwhile. Resolves to whether it had to be started. */
  async revive(name: ComponentName): Promise<boolean> {
    if (!isMissed(this.state.run(name))) return false
    const component: Component = topology[name]
    const record = await this.#alone(name, async (lock) => (isMissed(this.state.run(name)) ? this.#launch(component, lock) : null))
    if (record) await this.#awaitReady(component, record)
    return record !== null
  }

  /** Sends a signal to all processes of a component; resolves when it has taken effect, if it kills or suspends. */
  async signal(name: ComponentName, signal: NodeJS.Signals): Promise<void> {
    const record = this.state.run(name)
    if (!record || liveness(record) === 'gone') return
    const members = family(record.pid)
    if (signal === 'SIGKILL') await killAll(members)
    else for (const pid of members) send(pid, signal)
    // A process that is running on a core is suspended when it next leaves it.
    if (signal === 'SIGSTOP') await poll(stopsWithinMs, () => liveness(record) !== 'running', 5)
  }

  /** Starts everything at once: each component waits for its dependencies by itself. */
  async startAll(onReport: (report: StartReport) => void): Promise<StartReport[]> {
    makePrivate(this.state.dir, shopGroup())
    makePrivateFolder(path.join(this.state.dir, 'logs'))
    this.state.setPrecedence(establish(this.context.config.id))
    const reports = await Promise.all(
      this.components.map(async ({ name }) => {
        const report = await this.start(name).catch((error: unknown): StartReport => ({
          name,
          outcome: 'failed',
          tookMs: 0,
          error: describeError(error),
        }))
        // A canary that the control plane has removed meanwhile, with its drill, no longer belongs to the range.
        if (report.outcome === 'failed' && !this.components.some((component) => component.name === name)) return null
        onReport(report)
        return report
      }),
    )
    return reports.filter((report) => report !== null)
  }

  /** Stops everything: first what injects and restores, then the load, the shop and its stores; then removes orphaned processes. */
  async stopAll(onStopped: (name: ComponentName) => void = () => {}): Promise<void> {
    const here = new Set(this.components.map(({ name }) => name))
    for (const group of stopOrder) {
      await Promise.all(group.filter((name) => here.has(name)).map(async (name) => (await this.stop(name), onStopped(name))))
    }
    this.sweep(new Set())
    await unmountAll(this.context)
    await dissolve(this.state.precedence(), this.context.config.id)
  }

  /** Kills processes with this range's id that neither a record nor `keep` has. Returns how many. */
  sweep(keep: ReadonlySet<number>): number {
    const records = this.components.map(({ name }) => this.state.run(name)).filter((record) => record !== null)
    return endOrphans(this.context.config.id, records, keep)
  }

  status(withMemory = false, asked?: { readiness: boolean }): Promise<ComponentStatus[]> {
    const processes = withMemory ? listProcesses() : null
    return Promise.all(this.components.map((component) => statusOf(this, component, processes, asked)))
  }

  writeConfig(name: ComponentName): void {
    for (const [file, content] of Object.entries(this.#render(this.context, name))) {
      writeWhole(path.join(configDir(this.context, name), file), content)
    }
  }

  /** Deletes all data, logs and settings of a stopped range. */
  purge(): void {
    rmSync(path.join('/var/lib/firedrill', this.context.config.id), { recursive: true, force: true })
    rmSync(this.state.dir, { recursive: true, force: true })
  }

  /** Serialises starts and stops of this component, across all processes. */
  #alone<Result>(name: ComponentName, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    return withLock(path.join(this.state.dir, 'run', `${name}.lock`), work)
  }

  /** A running process, restarted or newly launched; not waited for. */
  async #launch(component: Component, lock: HeldLock): Promise<RunRecord> {
    const { name } = component
    const before = this.state.run(name)
    if (before && liveness(before) === 'running') return before
    if (before && liveness(before) === 'suspended') {
      send(-before.pid, 'SIGCONT')
      return before
    }
    await endStrays(this.context.config.id, component, this.state.run(component.name))
    for (const port of Object.values(component.ports)) await requireFreeSoon(name, this.context.port(port))
    this.writeConfig(name)
    await component.prepare?.(this.context)
    const bundled = await asBundle(component.process(this.context), this.context.root, this.#cache, logFile(this.context, name))
    const spec = asShopUser(this.context, component, withClock(this.context, name, bundled))
    const startedAt = Date.now()
    const identity = await this.launch(spec, name, tierOf(component.role), logFile(this.context, name))
    const record: RunRecord = { ...identity, startedAt, readyAfterMs: null, stopping: false }
    if (!lock.isHeld()) {
      // It was suspended meanwhile for so long that another process took over: the other's result counts.
      await terminate(identity, component.stop)
      throw new FiredrillError('conflict', `${name} was started by another process meanwhile`)
    }
    try {
      this.state.setRun(name, record)
    } catch (error) {
      // An unrecorded process would keep the port from all later ones.
      await terminate(identity, component.stop)
      throw error
    }
    return record
  }

  async #end(component: Component): Promise<void> {
    const record = this.state.run(component.name)
    if (record) {
      this.state.setRun(component.name, { ...record, stopping: true })
      await terminate(record, component.stop)
    }
    await endStrays(this.context.config.id, component, this.state.run(component.name))
  }

  async #awaitReady(component: Component, record: RunRecord, withinMs = component.startDeadlineMs): Promise<StartReport> {
    let awaited = record
    const deadlineMs = withinMs * patienceOn(this.state.machine())
    await waitUntilReady(component.readiness(this.context), deadlineMs, () => {
      if (liveness(awaited) !== 'gone') return
      const now = this.state.run(component.name)
      if (!now) throw new FiredrillError('conflict', `${component.name} was stopped while it started`)
      // Somebody else restarts it meanwhile, such as the control plane in a revert: that start counts as well.
      if (now.nonce !== awaited.nonce) awaited = now
      else if (!now.stopping) {
        throw new FiredrillError('component-failed', `${component.name} ended while starting; see 'firedrill logs ${component.name}'`)
      }
    })
    const tookMs = Date.now() - awaited.startedAt
    if (awaited.readyAfterMs === null) {
      await component.afterReady?.(this.context)
      await this.#alone(component.name, async () => {
        // Unless it was stopped or restarted meanwhile: then another process answered.
        const now = this.state.run(component.name)
        if (now?.nonce === awaited.nonce && !now.stopping) this.state.setRun(component.name, { ...now, readyAfterMs: tookMs })
      })
    }
    return { name: component.name, outcome: 'started', tookMs }
  }
}
