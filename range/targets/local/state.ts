import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { canaryServices, componentName, serviceName, type ComponentName, type ServiceName } from '../../../model/components.ts'
import { FiredrillError, describeError, errorCode } from '../../../model/errors.ts'
import { cacheFault, edgeFault, meshEdge, type MeshRevision } from '../../../model/mesh.ts'
import type { Canary, Deployment, FlagChange } from '../../../model/range.ts'
import { usualUsers } from '../../../model/range/load.ts'
import { makePrivateFolder, nearestThere } from '../../private.ts'
import { readWhole, writeWhole } from '../../whole-file.ts'
import { machineSchema, type Machine } from '../../machine.ts'
import { precedenceSchema, type Precedence } from '../../precedence.ts'
import { keptIn } from './kept.ts'
import { defaultPortBase, overlays, ownConsole, profiles, rangeId, type HostRole, type MeshState, type RangeConfig } from '../../context.ts'

/**
 * A schema for each field of a type: a field without one would be lost when it is read. These are apart from the schemas of `model/range/schemas.ts`, which
 * would be loaded with every command.
 */
type Fields<Kept> = { readonly [Name in keyof Kept]-?: z.ZodType<Kept[Name]> }

const configSchema = z.object({
  id: z.string(),
  portBase: z.number().int().min(1024).max(65_000),
  profile: z.enum(profiles),
  users: z.number().int().min(0),
  usersByShop: z.boolean().default(false),
  placement: z
    .discriminatedUnion('role', [
      z.object({ role: z.literal('all') }),
      z.object({
        role: z.literal('observability'),
        listen: z.string(),
        cluster: z
          .object({
            kubeconfig: z.string().nullable(),
            overlay: z.enum(overlays),
            storageClass: z.string().nullable(),
            address: z.string(),
          })
          .optional(),
        loadHosts: z.number().int().min(0).optional(),
      }),
      z.object({ role: z.literal('load'), observability: z.string().regex(/^.+:\d+$/, 'host:port') }),
      z.object({ role: z.literal('shop'), observability: z.string().regex(/^.+:\d+$/, 'host:port') }),
    ])
    .default({ role: 'all' }),
  console: z.object({ listen: z.string(), names: z.array(z.string()), origins: z.array(z.string()).default([]) }).default(ownConsole),
  clickhouseUrl: z.url().nullable(),
  tokens: z.object({ trainee: z.string(), instructor: z.string(), service: z.string() }),
  passwords: z.object({ postgres: z.string(), rabbitmq: z.string() }),
} satisfies Fields<RangeConfig>)

const runSchema = z.object({
  pid: z.number().int(),
  startTicks: z.number(),
  nonce: z.string(),
  startedAt: z.number(),
  /** Time from launch to ready; null until then. */
  readyAfterMs: z.number().nullable(),
  /** Whether a stop was requested: not running is then no failure. */
  stopping: z.boolean(),
})
export type RunRecord = z.infer<typeof runSchema>
/** Programs that run only while they are needed, in addition to components and jobs: `pg_receivewal`, and a restored PostgreSQL or a replica of the live one. */
export type BackupProcess = 'wal-archive' | 'restored-postgres' | 'replica'
type RunName = ComponentName | `job-${string}` | BackupProcess

const deploymentsSchema = z.object({
  history: z.array(
    z.object({
      service: serviceName,
      version: z.string(),
      previous: z.string().nullable(),
      at: z.string(),
      by: z.string(),
      canary: z.enum(['started', 'ended']).optional(),
    } satisfies Fields<Deployment>),
  ),
  overrides: z.partialRecord(serviceName, z.record(z.string(), z.string())),
  canary: z
    .object({ service: z.enum(canaryServices), version: z.string() } satisfies Fields<Canary>)
    .nullable()
    .default(null),
})

const flagsSchema = z.object({
  text: z.string(),
  changes: z.array(
    z.object({
      flag: z.string(),
      service: z.string(),
      at: z.string(),
      by: z.string(),
      from: z.string(),
      to: z.string(),
    } satisfies Fields<FlagChange>),
  ),
})
type KeptFlags = z.infer<typeof flagsSchema>

const monitoringSchema = z.object({ unscraped: z.array(componentName) })

const meshSchema = z.object({
  /** Versions of the policy, newest last; empty while it is that of a fresh range. */
  revisions: z.array(
    z.object({ revision: z.number().int(), at: z.string(), by: z.string(), yaml: z.string() } satisfies Fields<MeshRevision>),
  ),
  faults: z.array(meshEdge.extend({ fault: edgeFault })),
  cacheFault: cacheFault.nullable().default(null),
  generations: z.partialRecord(serviceName, z.number().int()),
})
const keptRevisions = 100

const reasons: Record<string, string> = {
  EROFS: 'the file system is read-only',
  EACCES: 'its user may not',
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's share of the disk is full",
}
/** Why nothing can be created in a folder that may not exist yet: on a read-only file system, Node reports ENOENT for a missing folder. */
function whyUnwritable(dir: string, failure: unknown): string {
  try {
    accessSync(nearestThere(dir), constants.W_OK)
  } catch (error) {
    failure = error
  }
  return reasons[errorCode(failure) ?? ''] ?? describeError(failure)
}

/** The files of a range: any of its processes can read what another has written. */
export class RangeState {
  readonly dir: string
  constructor(dir: string) {
    this.dir = path.resolve(dir)
  }

  get exists(): boolean {
    return existsSync(path.join(this.dir, 'range.json'))
  }

  /** The host's role; the whole range by default. */
  get role(): HostRole {
    return this.exists ? this.config().placement.role : 'all'
  }

  /** Throws if the folder cannot be written, with what to do. */
  requireWritable(): void {
    try {
      makePrivateFolder(this.dir)
      // For root, `access` allows everything, even on a read-only file system.
      rmSync(mkdtempSync(this.#path('.writable-')), { recursive: true })
    } catch (error) {
      throw new FiredrillError(
        'bad-request',
        `the range's folder ${this.dir} cannot be written (${whyUnwritable(this.dir, error)}): name another with --dir or FIREDRILL_DIR`,
      )
    }
  }

  config(): RangeConfig {
    if (!this.exists) {
      throw new FiredrillError('range-not-running', `there is no range in ${this.dir}: run 'firedrill up' first`)
    }
    return this.#read('range.json', configSchema)
  }

  /** Creates the settings of a new range, or changes the given ones of an existing range. */
  configure(
    changes: Partial<
      Pick<RangeConfig, 'portBase' | 'profile' | 'users' | 'usersByShop' | 'clickhouseUrl' | 'placement' | 'console' | 'passwords'>
    >,
  ): RangeConfig {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const secret = () => randomBytes(18).toString('base64url')
    const base: RangeConfig = this.exists
      ? this.config()
      : {
          id: rangeId(this.dir),
          portBase: defaultPortBase,
          profile: 'drill',
          users: usualUsers,
          placement: { role: 'all' },
          console: ownConsole,
          clickhouseUrl: null,
          tokens: { trainee: secret(), instructor: secret(), service: secret() },
          passwords: { postgres: secret(), rabbitmq: secret() },
        }
    const config = configSchema.parse({ ...base, ...given })
    this.#write('range.json', config)
    return config
  }

  run(name: RunName): RunRecord | null {
    return keptIn(this.#path(`run/${name}.json`), runSchema, null)
  }
  setRun(name: RunName, record: RunRecord): void {
    this.#write(`run/${name}.json`, record)
  }
  clearRun(name: RunName): void {
    rmSync(this.#path(`run/${name}.json`), { force: true })
  }

  /** Ids of the jobs that were started and not stopped yet. */
  jobs(): string[] {
    if (!existsSync(this.#path('run'))) return []
    return readdirSync(this.#path('run')).flatMap((file) => /^job-(.+)\.json$/.exec(file)?.[1] ?? [])
  }

  deployments(): Deployment[] {
    return this.#deployments().history
  }
  recordDeployment(deployment: Deployment): void {
    const state = this.#deployments()
    this.#write('deployments.json', { ...state, history: [...state.history, deployment].slice(-500) })
  }
  overrides(service: ServiceName): Record<string, string> {
    return this.#deployments().overrides[service] ?? {}
  }
  setOverrides(service: ServiceName, overrides: Record<string, string>): void {
    const state = this.#deployments()
    this.#write('deployments.json', { ...state, overrides: { ...state.overrides, [service]: overrides } })
  }

  canary(): Canary | null {
    return this.#deployments().canary
  }
  setCanary(canary: Canary | null): void {
    this.#write('deployments.json', { ...this.#deployments(), canary })
  }

  /** The flags that were applied, with all changes since the range was restored; null while they are those of a fresh range. */
  flags(): KeptFlags | null {
    return keptIn(this.#path('flags.json'), flagsSchema, null)
  }
  setFlags(flags: KeptFlags | null): void {
    if (flags === null) rmSync(this.#path('flags.json'), { force: true })
    else this.#write('flags.json', { ...flags, changes: flags.changes.slice(-500) })
  }

  /** The host's speed, as measured by the last `up`. */
  machine(): Machine | null {
    return keptIn(this.#path('machine.json'), machineSchema, null)
  }
  setMachine(machine: Machine): void {
    this.#write('machine.json', machine)
  }

  /** Whether `up` has determined how monitoring takes precedence. */
  get hasPrecedence(): boolean {
    return existsSync(this.#path('precedence.json'))
  }
  /** How monitoring takes precedence; until that is determined, by niceness, which anybody may use. */
  precedence(): Precedence {
    return keptIn(this.#path('precedence.json'), precedenceSchema, { means: 'nice' })
  }
  setPrecedence(precedence: Precedence): void {
    this.#write('precedence.json', precedence)
  }

  /** Components whose scrape is turned off. */
  unscraped(): ComponentName[] {
    return keptIn(this.#path('monitoring.json'), monitoringSchema, { unscraped: [] }).unscraped
  }
  setUnscraped(unscraped: ComponentName[]): void {
    this.#write('monitoring.json', { unscraped })
  }

  /** The policies that were applied, newest last. */
  meshRevisions(): MeshRevision[] {
    return this.#mesh().revisions
  }
  recordMeshRevision(revision: MeshRevision): void {
    const mesh = this.#mesh()
    this.#write('mesh.json', { ...mesh, revisions: [...mesh.revisions, revision].slice(-keptRevisions) })
  }
  forgetMeshRevisions(): void {
    this.#write('mesh.json', { ...this.#mesh(), revisions: [] })
  }
  meshFaults(): MeshState['faults'] {
    return this.#mesh().faults
  }
  setMeshFaults(faults: MeshState['faults']): void {
    this.#write('mesh.json', { ...this.#mesh(), faults })
  }
  cacheFault(): MeshState['cacheFault'] {
    return this.#mesh().cacheFault
  }
  setCacheFault(fault: MeshState['cacheFault']): void {
    this.#write('mesh.json', { ...this.#mesh(), cacheFault: fault })
  }
  identityGenerations(): MeshState['generations'] {
    return this.#mesh().generations
  }
  setIdentityGeneration(service: ServiceName, generation: number): void {
    const mesh = this.#mesh()
    this.#write('mesh.json', { ...mesh, generations: { ...mesh.generations, [service]: generation } })
  }

  #mesh() {
    return keptIn(this.#path('mesh.json'), meshSchema, { revisions: [], faults: [], cacheFault: null, generations: {} })
  }
  #deployments() {
    return keptIn(this.#path('deployments.json'), deploymentsSchema, { history: [], overrides: {}, canary: null })
  }
  #path(name: string): string {
    return path.join(this.dir, name)
  }
  #read<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> {
    const file = this.#path(name)
    try {
      return schema.parse(JSON.parse(readWhole(file) ?? ''))
    } catch (error) {
      throw new FiredrillError('internal', `${file} is damaged; 'firedrill down' and delete ${this.dir} to start again`, {
        cause: error,
      })
    }
  }
  /** Only for its own user, whatever the umask; others may pass through the folder if a database with a user of its own has its data below. */
  #write(name: string, value: unknown): void {
    writeWhole(this.#path(name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, durable: true })
  }
}
