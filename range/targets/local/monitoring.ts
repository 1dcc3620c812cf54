import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { ComponentName } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { until } from '../../../model/until.ts'
import type { Range } from '../../../model/range.ts'
import { configDir } from '../../context.ts'
import { writeWhole } from '../../whole-file.ts'
import type { LocalTarget } from './target.ts'

/** Writes the current configuration of the Prometheus on this machine, if there is one, and reloads it. */
export async function reloadPrometheus(target: LocalTarget): Promise<void> {
  if (!target.components.some(({ name }) => name === 'prometheus')) return
  target.writeConfig('prometheus')
  const url = `http://127.0.0.1:${target.context.port('prometheus')}/prometheus/-/reload`
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `Prometheus: ${describeError(error)}`, { cause: error })
  })
  if (!response.ok) throw new FiredrillError('component-failed', `Prometheus would not reload: ${(await response.text()).slice(0, 300)}`)
}

/**
 * Reloads the configuration of this machine's Alertmanager, which keeps sending meanwhile; throws if it refuses it and continues with the previous
 * one.
 */
export async function reloadAlertmanager(target: LocalTarget): Promise<void> {
  target.writeConfig('alertmanager')
  const url = `http://127.0.0.1:${target.context.port('alertmanager')}/alertmanager/-/reload`
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `Alertmanager: ${describeError(error)}`, { cause: error })
  })
  if (!response.ok) throw new FiredrillError('component-failed', `Alertmanager would not reload: ${(await response.text()).slice(0, 300)}`)
}

/** Prometheus applies changed targets every five seconds: https://github.com/prometheus/prometheus/blob/main/discovery/manager.go */
const targetsInForceMs = 10_000
const activeTargets = z.object({
  data: z.object({ activeTargets: z.array(z.object({ labels: z.object({ component: z.string().optional() }) })) }),
})

/**
 * Makes Prometheus drop a component that its configuration no longer has; resolves when that is no longer scraped, so that it can be stopped without
 * an alert.
 */
export async function forgetTarget(target: LocalTarget, component: ComponentName): Promise<void> {
  await reloadPrometheus(target)
  if (!target.components.some(({ name }) => name === 'prometheus')) return
  const url = `http://127.0.0.1:${target.context.port('prometheus')}/prometheus/api/v1/targets?state=active`
  await until(`Prometheus to leave ${component} alone`, targetsInForceMs, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const { data } = activeTargets.parse(await response.json())
    return !data.activeTargets.some(({ labels }) => labels.component === component)
  })
}

const silenceList = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
    matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) })),
    createdBy: z.string(),
    comment: z.string(),
    startsAt: z.string(),
    endsAt: z.string(),
  }),
)

/** The Prometheus of this machine: its files, and a reload; and its Alertmanager. */
export function localMonitoring(target: LocalTarget): Range['monitoring'] {
  const { context, state } = target
  const extra = path.join(configDir(context, 'prometheus'), 'extra')
  const reload = () => reloadPrometheus(target)
  const alertmanager = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const url = `http://127.0.0.1:${context.port('alertmanager')}/alertmanager/api/v2${path}`
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
      throw new FiredrillError('component-unreachable', `Alertmanager: ${describeError(error)}`, { cause: error })
    })
    const text = await response.text()
    if (!response.ok) throw new FiredrillError('component-failed', `Alertmanager answered ${response.status} ${text.slice(0, 200)}`)
    return text === '' ? null : JSON.parse(text)
  }
  return {
    extraRules: async () =>
      existsSync(extra)
        ? readdirSync(extra)
            .flatMap((file) => /^([a-z0-9-]+)\.yml$/.exec(file)?.[1] ?? [])
            .toSorted()
        : [],
    async setExtraRules(name, rules) {
      if (!/^[a-z0-9-]+$/.test(name)) throw new FiredrillError('bad-request', `'${name}' is no name of a rule file`)
      mkdirSync(extra, { recursive: true })
      const file = path.join(extra, `${name}.yml`)
      if (rules === null) rmSync(file, { force: true })
      else writeWhole(file, rules)
      await reload()
    },
    unscraped: async () => state.unscraped(),
    async setUnscraped(names) {
      state.setUnscraped(names)
      await reload()
    },
    silences: async () =>
      silenceList
        .parse(await alertmanager('/silences'))
        .filter(({ status }) => status.state !== 'expired')
        .map(({ status: _status, ...silence }) => silence)
        .toSorted((a, b) => a.id.localeCompare(b.id)),
    expireSilence: async (id) => void (await alertmanager(`/silence/${id}`, { method: 'DELETE' })),
  }
}
