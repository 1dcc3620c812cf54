import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import type { Actor } from '../model/drill.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { RangeContext } from '../range/context.ts'
import { clusterWithShop, rangeId } from '../range/context.ts'
import { namespace } from '../range/targets/kubernetes/names.ts'
import { firedrillFolder, firedrillIn, rangeSeen } from './firedrill.ts'
import { Gate } from './gate.ts'
import { groupsGone, makeGroups } from './groups.ts'
import { home, own } from './jail.ts'
import { kubeconfig, kubeconfigFile } from './kubeconfig.ts'
import { LogView, type LogInput } from './log-view.ts'
import { onCall, onCallPassword } from './on-call.ts'
import { foundPrograms, motd, privateFiles, searchPath, wrappers } from './own-programs.ts'
import { places, targets, type Place } from './places.ts'
import { findBwrap } from './possible.ts'
import { makeRuntimeFolder, mostSessions, prepareJail, sweepShells, uidOf } from './prepare.ts'
import { Recording } from './recording.ts'
import { readReport, type Report } from './report.ts'
import { Runner, type Ran } from './runner.ts'
import { Session, type Started } from './session.ts'
import type { Window } from './window.ts'

/** Maximum number for one person. */
const mostOfOne = 4

/** The owner of a session. */
export interface Owner {
  key: string
  /** Name and role, on a game day. */
  by?: Actor | undefined
  /** The token for requests to the control plane: the trainee's, or that of a game day's member. */
  token: string
}

export interface OpenShell {
  id: string
  owner: Owner
  openedAt: number
  session: Session
}

/** A command that was run, with the bytes received from each target meanwhile. */
export type Told = Report & { shell: string; owner: Owner; read: readonly string[] }

interface ShellsOptions {
  context: RangeContext
  /** The logs that can be read in them. */
  logs: readonly LogInput[]
  /** Runs a command about the shop's processes, on the shop's host. */
  operate(socket: Socket): void
  /** Connects to the API server of the shop's cluster, as the on-call account. */
  kubernetes?(): Promise<Duplex>
  /** Folders with answers: hidden in the jail. */
  hidden: readonly string[]
  /** Where the bundles are, including that of `firedrill`. */
  cache: string | null
  /** Why terminals are not available; null if they are. Called once. */
  trouble(): Promise<string | null>
  /** Called when a session opens, without waiting: creates the on-call role in the datastores. Only connections to these wait for it. */
  admit?(): Promise<void>
  onCommand?(told: Told): void
  /** Where sessions are recorded; null if they are not. */
  recordings?(): string | null
}

interface Jail {
  id: string
  slot: number
  owner: Owner
  gate: Gate
  folder: string
}

/** The terminals of a range: each is a jail of its own, with access to everything of the shop, and nothing of the drill. */
export class Shells implements AsyncDisposable {
  readonly #options: ShellsOptions
  readonly #places: Place[]
  /** Whether the shop is in a cluster. */
  readonly #cluster: boolean
  readonly #range: string
  readonly #open = new Map<string, OpenShell & Jail>()
  readonly #runners = new Map<string, Jail & { runner: Runner }>()
  readonly #slots = new Set<number>()
  #logs: LogView | null = null
  #trouble: Promise<string | null> | null = null

  constructor(options: ShellsOptions) {
    this.#options = options
    this.#cluster = clusterWithShop(options.context.config.placement) !== undefined
    this.#places = places(options.context, { cluster: this.#cluster })
    this.#range = rangeId(options.context.dir)
  }

  /** Why terminals are not available here; null if they are. */
  trouble(): Promise<string | null> {
    this.#trouble ??= this.#options.trouble()
    return this.#trouble
  }

  list(): OpenShell[] {
    return [...this.#open.values()]
  }

  /** Throws `not-found` for one that has ended, or never existed. */
  shell(id: string): OpenShell {
    const found = this.#open.get(id)
    if (!found) throw new FiredrillError('not-found', 'this terminal has ended: open another')
    return found
  }

  /** Throws `unsupported` if no jail can be made, and `too-many-requests` if there are too many. */
  async open(owner: Owner, window: Window, { record = true } = {}): Promise<OpenShell> {
    await this.#mustBePossible()
    if (this.list().filter((shell) => shell.owner.key === owner.key).length >= mostOfOne)
      throw new FiredrillError('too-many-requests', `you have ${mostOfOne} terminals already: close one`)
    const jail = await this.#jail(owner, ['/bin/bash', '--rcfile', `${own}/bashrc`, '-i'])
    try {
      const folder = record ? (this.#options.recordings?.() ?? null) : null
      const recording = folder === null ? null : Recording.start(folder, jail.id, window, owner.by?.name ?? owner.key)
      const session = new Session(jail.start, window, () => this.#ended(jail), recording)
      const shell = { ...jail, openedAt: Date.now(), session }
      this.#open.set(jail.id, shell)
      return shell
    } catch (error) {
      this.#ended(jail)
      throw error
    }
  }

  /** Runs one command, for clients without a terminal; the folder and files of the previous one are kept. */
  async run(owner: Owner, command: string, timeoutSeconds: number): Promise<Ran> {
    await this.#mustBePossible()
    const known = this.#runners.get(owner.key) ?? (await this.#startRunner(owner))
    const answered = known.gate.follow()
    const ran = await known.runner.run(command, timeoutSeconds)
    this.#options.onCommand?.({ command, status: ran.status, folder: ran.folder, shell: known.id, owner, read: answered() })
    return ran
  }

  async #startRunner(owner: Owner): Promise<Jail & { runner: Runner }> {
    const jail = await this.#jail(owner, ['/bin/bash', '--noprofile', '--norc', `${own}/runner.sh`])
    const known = { ...jail, runner: new Runner(jail.start, () => this.#ended(jail)) }
    this.#runners.set(owner.key, known)
    return known
  }

  close(id: string, why: string): void {
    this.shell(id).session.end(why)
  }

  /** Ends the sessions of one person. */
  closeOf(key: string, why: string): void {
    for (const { owner, session } of this.#open.values()) if (owner.key === key) session.end(why)
    this.#runners.get(key)?.runner.end(why)
  }

  /** Ends every session, such as at the end of a drill. */
  closeAll(why: string): void {
    for (const { session } of this.#open.values()) session.end(why)
    for (const { runner } of this.#runners.values()) runner.end(why)
  }

  /** Removes what a killed control plane has left of its sessions. Their processes died with it. */
  sweep(): Promise<void> {
    return sweepShells(this.#options.context.dir)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closeAll('the control plane stopped')
    await Promise.all(this.#dying)
    this.#logs?.stop()
    await this.sweep()
  }

  async #mustBePossible(): Promise<void> {
    const why = await this.trouble()
    if (why !== null) throw new FiredrillError('unsupported', `there is no terminal here: ${why}`)
  }

  async #jail(owner: Owner, command: string[]): Promise<Jail & { start: Started }> {
    const slot = Array.from({ length: mostSessions }, (_, index) => index).find((index) => !this.#slots.has(index))
    if (slot === undefined)
      throw new FiredrillError('too-many-requests', `${mostSessions} terminals are open on this range: close one, and try again`)
    this.#slots.add(slot)
    const { context } = this.#options
    const id = randomBytes(12).toString('base64url')
    const folder = path.join(makeRuntimeFolder(context.dir), id)
    try {
      this.#logs ??= new LogView(path.join(makeRuntimeFolder(context.dir), 'logs'), this.#options.logs)
      this.#logs.start()
      const firedrill = firedrillIn(context.root, this.#options.cache)
      const control = { port: context.port('control'), token: owner.token }
      const start = prepareJail({
        bwrap: findBwrap() ?? '',
        folder,
        groups: makeGroups(this.#range, id),
        places: this.#places,
        motd: motd(foundPrograms({ cluster: this.#cluster }), { firedrill: firedrill !== null, cluster: this.#cluster }),
        programs: { ...wrappers, ...firedrill?.programs },
        files: {
          ...privateFiles({ rabbitmqPassword: onCallPassword(context, 'rabbitmq'), token: owner.token }),
          ...(this.#cluster ? { [kubeconfigFile]: kubeconfig(namespace) } : {}),
        },
        beside: firedrill?.beside ?? [],
        copies: firedrill?.copies ?? {},
        rangeFile: JSON.stringify(rangeSeen(context, owner.token)),
        uid: process.getuid?.() === 0 ? uidOf(context.dir, slot) : null,
        logs: this.#logs.folder,
        hidden: this.#options.hidden,
        env: { ...environment(context, owner), ...(this.#cluster ? { KUBECONFIG: `${own}/${kubeconfigFile}` } : {}) },
        command,
      })
      const admitted = this.#options
        .admit?.()
        .catch((error: unknown) => process.stderr.write(`the on-call role: ${describeError(error)}\n`))
      const gate: Gate = await Gate.open({
        socket: start.socket,
        ...(admitted ? { admitted } : {}),
        targets: targets(),
        portOf: ({ port }) => context.port(port),
        control,
        operate: this.#options.operate,
        ...(this.#options.kubernetes ? { kubernetes: this.#options.kubernetes } : {}),
        onReport: (text) => {
          const report = readReport(text)
          const read = answered()
          // It was typed by the person who has the keyboard.
          const typist = this.#open.get(id)?.session.typist
          if (report)
            this.#options.onCommand?.({ ...report, shell: id, owner: typist ? { ...owner, key: typist.name, by: typist.by } : owner, read })
        },
      })
      const answered = gate.follow()
      return { id, slot, owner, gate, folder, start }
    } catch (error) {
      this.#slots.delete(slot)
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  readonly #dying = new Set<Promise<void>>()

  #ended({ id, slot, owner, gate, folder }: Jail): void {
    gate.close()
    this.#open.delete(id)
    if (this.#runners.get(owner.key)?.id === id) this.#runners.delete(owner.key)
    // Its number, and with it its user, is reused when no process of it is left.
    const gone = groupsGone(this.#range, id).then(() => {
      this.#slots.delete(slot)
      rmSync(folder, { recursive: true, force: true })
      this.#dying.delete(gone)
      if (this.#slots.size === 0) {
        this.#logs?.stop()
        this.#logs = null
      }
    })
    this.#dying.add(gone)
  }
}

const environment = (context: RangeContext, owner: Owner): Record<string, string> => ({
  HOME: home,
  USER: onCall,
  LOGNAME: onCall,
  SHELL: '/bin/bash',
  PATH: searchPath(),
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  PAGER: 'less',
  LESS: '-FRX',
  PGHOST: 'postgres',
  PGUSER: onCall,
  PGPASSWORD: onCallPassword(context, 'postgres'),
  PGDATABASE: 'shop',
  // An overloaded database refuses logins for a while, which is just when people need one.
  PGCONNECT_TIMEOUT: '20',
  FIREDRILL_DIR: `${own}/${firedrillFolder}`,
  FIREDRILL_URL: `http://localhost:${context.port('control')}`,
  FIREDRILL_TOKEN: owner.token,
})
