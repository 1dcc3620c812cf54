import { readFile, stat } from 'node:fs/promises'
import {
  ErrorCode,
  OpenFeature,
  StandardResolutionReasons,
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type FlagValue,
  type Hook,
  type HookContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from '@openfeature/server-sdk'
import { trace } from '@opentelemetry/api'
import { evaluateFlag, readFlags, type FlagDefinitions } from '../flag-format.ts'
import { messageOf } from './errors.ts'
import { counter } from './metrics.ts'
import type { Service } from './service.ts'

export type Flags = Pick<Client, 'getBooleanValue' | 'getNumberValue' | 'getStringValue'>

/** How often the file is looked at: a change takes effect within this time. */
const lookedEveryMs = 500

type Log = Service['app']['log']

/**
 * The shop's feature flags, from a file in flagd's format that is followed. While the file is missing or has a mistake, the last flags that were read
 * stay, or else the defaults in the code. Without `file`, a service always has the defaults in its code.
 */
export async function connectFlags(service: Service, file: string | undefined): Promise<Flags> {
  OpenFeature.addHooks(telemetry())
  if (file === undefined) return OpenFeature.getClient()
  const provider = new FileProvider(file, service.app.log)
  await OpenFeature.setProviderAndWait(provider)
  service.onStop(() => OpenFeature.close())
  return OpenFeature.getClient()
}

/** Evaluates the flags of a file, and follows the file. */
export class FileProvider implements Provider {
  readonly metadata = { name: 'file' } as const
  readonly runsOn = 'server'
  readonly #file: string
  readonly #log: Pick<Log, 'info' | 'warn'>
  #flags: FlagDefinitions = {}
  #seen = ''
  #problem = ''
  #timer: NodeJS.Timeout | undefined

  constructor(file: string, log: Pick<Log, 'info' | 'warn'>) {
    this.#file = file
    this.#log = log
  }

  async initialize(): Promise<void> {
    await this.#look()
    this.#timer = setInterval(() => void this.#look(), lookedEveryMs)
    this.#timer.unref()
  }
  async onClose(): Promise<void> {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    try {
      const { mtimeMs, ino, size } = await stat(this.#file)
      const seen = `${mtimeMs} ${ino} ${size}`
      if (seen === this.#seen) return
      this.#seen = seen
      this.#flags = readFlags(await readFile(this.#file, 'utf8'))
      this.#problem = ''
      this.#log.info(`feature flags were read: ${Object.keys(this.#flags).join(', ')}`)
    } catch (error) {
      const problem = messageOf(error)
      if (problem !== this.#problem) this.#log.warn(`feature flags could not be read, so they stay as they are: ${problem}`)
      this.#problem = problem
    }
  }

  #resolve<Value extends FlagValue>(key: string, fallback: Value, context: EvaluationContext): ResolutionDetails<Value> {
    const flag = this.#flags[key]
    if (!flag) return { value: fallback, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.FLAG_NOT_FOUND }
    const found = evaluateFlag(key, flag, context)
    if (found === null) return { value: fallback, reason: StandardResolutionReasons.DISABLED }
    if (typeof found.value !== typeof fallback)
      return { value: fallback, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.TYPE_MISMATCH }
    // Safe: of the type that was asked for.
    return { value: found.value as Value, variant: found.variant, reason: found.reason }
  }

  async resolveBooleanEvaluation(key: string, fallback: boolean, context: EvaluationContext) {
    return this.#resolve(key, fallback, context)
  }
  async resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context)
  }
  async resolveNumberEvaluation(key: string, fallback: number, context: EvaluationContext) {
    return this.#resolve(key, fallback, context)
  }
  async resolveObjectEvaluation<Value extends JsonValue>(_key: string, fallback: Value): Promise<ResolutionDetails<Value>> {
    return { value: fallback, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.TYPE_MISMATCH }
  }
}

/** Writes each evaluation to the current span, by OpenTelemetry's semantic conventions, and counts it. */
function telemetry(): Hook {
  const evaluations = counter('feature_flag_evaluations_total', 'Evaluations of a feature flag', ['flag', 'variant'] as const)
  return {
    finally({ flagKey }: Readonly<HookContext>, { variant, reason, value }: EvaluationDetails<FlagValue>) {
      // A default of the code has no name.
      const name = variant ?? String(value)
      evaluations.inc({ flag: flagKey, variant: name })
      const attributes = {
        'feature_flag.key': flagKey,
        'feature_flag.result.variant': name,
        'feature_flag.result.reason': (reason ?? 'unknown').toLowerCase(),
      }
      const span = trace.getActiveSpan()
      // Several flags may be asked for in one span: the attributes are those of the last, and each has an event.
      span?.setAttributes(attributes)
      span?.addEvent('feature_flag.evaluation', attributes)
    },
  }
}
