import { rmSync } from 'node:fs'
import path from 'node:path'
import type { ComponentName, ComponentStatus } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import { asBundle } from '../../bundle/bundle.ts'
import type { Component, ProcessSpec } from '../../component.ts'
import { configDir, logFile, portOffsets, type Binaries, type PortName, type RangeContext } from '../../context.ts'
import { patienceOn } from '../../machine.ts'
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

/** Renders what other folders know (rules, routes, scrape targets) into a component's configuration files. */
export type ConfigRenderer = (context: RangeContext, component: ComponentName) => Record<string, string>

export interface StartReport {
  name: ComponentName
  /** `already` when it was running and ready before. */
  outcome: 'started' | 'already' | 'failed'
  /** From launch to ready. */
  tookMs: number
  error?: string
}

/** Runs the components of one range as processes of this machine. Holds no state of its own: all is on disk and in /proc. */
export class LocalTarget {
  readonly state: RangeState
  readonly context: RangeContext
  readonly #render: ConfigRenderer
  readonly #cache: string | null

  /** Bundles of our own programs are kept in `cache`; without one they run as they are. */
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
      mesh: () => ({
        policy: state.meshRevisions().at(-1)?.yaml ?? baselinePolicy(root),
        faults: state.meshFaults(),
        cacheFault: state.cacheFault(),
        generations: state.identityGenerations(),
      }),
    }
  }

  /** What runs on this host. */
  get components(): readonly Component[] {
    const { role } = this.context.config.placement
    return this.state.canary() ? [...placedOn(role), ...placedForAWhileOn(role)] : placedOn(role)
  }

  currentVersion(service: string): string {
    const last = this.state.deployments().findLast((deployment) => deployment.service === service && !deployment.canary)
    return last?.version ?? baselineRelease(this.context.root, service)
  }

  /** Starts a component and waits until it is ready. Idempotent: what runs is waited for, and is `already` there. */
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
    // One that has been ready and runs is slow to answer, as all are on a busy machine, and nothing had to be done.
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
    // What it depends on runs already, or is what is broken: whoever waits wants to know.
    await this.#awaitReady(component, record, component.role === 'service' ? serviceRestartMs : component.startDeadlineMs)
  }

  /** Starts what ended without being asked to; whoever stopped it meanwhile is heeded. Resolves to whether it had to be started. */
  async revive(name: ComponentName): Promise<boolean> {
    if (!isMissed(this.state.run(name))) return false
    const component: Component = topology[name]
    const record = await this.#alone(name, async (lock) => (isMissed(this.state.run(name)) ? this.#launch(component, lock) : null))
    if (record) await this.#awaitReady(component, record)
    return record !== null
  }

  /** Sends a signal to the whole family; one that kills, or stops, has done so when this resolves. */
  async signal(name: ComponentName, signal: NodeJS.Signals): Promise<void> {
    const record = this.state.run(name)
    if (!record || liveness(record) === 'gone') return
    const members = family(record.pid)
    if (signal === 'SIGKILL') await killAll(members)
    else for (const pid of members) send(pid, signal)
    // A process that is just now on a core stops when it next leaves it.
    if (signal === 'SIGSTOP') await poll(stopsWithinMs, () => liveness(record) !== 'running', 5)
  }

  /** Starts everything at once: what needs another waits for it by itself. */
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
        // A canary that the control plane has taken back meanwhile, with the drill that it was of, is no part of the range any more.
        if (report.outcome === 'failed' && !this.components.some((component) => component.name === name)) return null
        onReport(report)
        return report
      }),
    )
    return reports.filter((report) => report !== null)
  }

  /** Stops everything: what injects and restores first, then load, the shop, its stores; then sweeps up orphans. */
  async stopAll(onStopped: (name: ComponentName) => void = () => {}): Promise<void> {
    const here = new Set(this.components.map(({ name }) => name))
    for (const group of stopOrder) {
      await Promise.all(group.filter((name) => here.has(name)).map(async (name) => (await this.stop(name), onStopped(name))))
    }
    this.sweep(new Set())
    await unmountAll(this.context)
    await dissolve(this.state.precedence(), this.context.config.id)
  }

  /** Kills processes that carry this range's id and that no record (nor `keep`) accounts for. Returns how many. */
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

  /** Deletes all data, logs and settings of a range that has been stopped. */
  purge(): void {
    rmSync(path.join('/var/lib/firedrill', this.context.config.id), { recursive: true, force: true })
    rmSync(this.state.dir, { recursive: true, force: true })
  }

  /** Of all that start and stop this component, in whichever process, one at a time. */
  #alone<Result>(name: ComponentName, work: (lock: HeldLock) => Promise<Result>): Promise<Result> {
    return withLock(path.join(this.state.dir, 'run', `${name}.lock`), work)
  }

  /** What runs already, or runs again, or is launched; not waited for. */
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
    const spec = asShopUser(this.context, component, bundled)
    const startedAt = Date.now()
    const identity = await this.launch(spec, name, tierOf(component.role), logFile(this.context, name))
    const record: RunRecord = { ...identity, startedAt, readyAfterMs: null, stopping: false }
    if (!lock.isHeld()) {
      // Suspended in the middle of it for so long that another took over: theirs is the one.
      await terminate(identity, component.stop)
      throw new FiredrillError('conflict', `${name} was started by another process meanwhile`)
    }
    try {
      this.state.setRun(name, record)
    } catch (error) {
      // What nobody knows of would hold the port against all who come after.
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
      // Somebody else restarts it meanwhile, as the control plane does when it takes a fault out: theirs is as good.
      if (now.nonce !== awaited.nonce) awaited = now
      else if (!now.stopping) {
        throw new FiredrillError('component-failed', `${component.name} ended while starting; see 'firedrill logs ${component.name}'`)
      }
    })
    const tookMs = Date.now() - awaited.startedAt
    if (awaited.readyAfterMs === null) {
      await component.afterReady?.(this.context)
      await this.#alone(component.name, async () => {
        // Unless it was stopped or restarted meanwhile: what answered was another then.
        const now = this.state.run(component.name)
        if (now?.nonce === awaited.nonce && !now.stopping) this.state.setRun(component.name, { ...now, readyAfterMs: tookMs })
      })
    }
    return { name: component.name, outcome: 'started', tookMs }
  }
}
