import { withoutProxy, type ComponentName } from '../model/components.ts'
import { renderAlertmanager } from '../observability/alertmanager/config.ts'
import { renderRules } from '../observability/rules/index.ts'
import { renderPrometheus, type ScrapeTarget } from '../observability/scrape.ts'
import { timings } from '../observability/timing.ts'
import { cacheDir, projectRoot } from './paths.ts'
import { keptReceivers } from './receivers/keep.ts'
import { requireBinaries } from '../range/setup.ts'
import { logFile, type RangeContext } from '../range/context.ts'
import { LocalTarget } from '../range/targets/local/target.ts'
import { RangeState } from '../range/targets/local/state.ts'
import { localRange } from '../range/targets/local/range.ts'
import { hostsRange } from '../range/targets/hosts/range.ts'
import { components, placedForAWhileOn, placedOn, topology } from '../range/topology.ts'
import type { Range } from '../model/range.ts'

export { dropReceivers, keepReceivers, layAsideRefused, type KeptReceivers } from './receivers/keep.ts'

/** The local range in a folder, with the configuration of its components. */
export function openLocalRange(dir: string): LocalTarget {
  const state = new RangeState(dir)
  return new LocalTarget(state, projectRoot, requireBinaries(cacheDir, state.config().placement.role), renderConfig, cacheDir)
}

/** The range that a host can act on: its own, or if the shop is on another host, both. */
export const rangeOf = (target: LocalTarget): Range =>
  target.context.config.placement.role === 'observability' ? hostsRange(target) : localRange(target)

const consoleUrl = (context: RangeContext): string => `http://127.0.0.1:${context.port('control')}`

/** The configuration of this range's observability, from its topology. */
export function renderConfig(context: RangeContext, component: ComponentName): Record<string, string> {
  const timing = timings[context.config.profile]
  switch (component) {
    case 'prometheus':
      return {
        'prometheus.yml': renderPrometheus({
          timing,
          targets: scrapeTargets(context).filter(({ component }) => !context.unscraped().includes(component)),
          alertmanager: `127.0.0.1:${context.port('alertmanager')}`,
        }),
        'rules.yml': renderRules(timing, consoleUrl(context)),
      }
    case 'alertmanager':
      return {
        'alertmanager.yml': renderAlertmanager({
          timing,
          pagerUrl: `${consoleUrl(context)}/api/pager`,
          pagerToken: context.config.tokens.service,
          own: keptReceivers(context.dir),
        }),
      }
    case 'telemetry-store':
      return { 'log-sources.json': JSON.stringify(logSources(context), null, 2) }
    default:
      return {}
  }
}

function scrapeTargets(context: RangeContext): ScrapeTarget[] {
  const canary = context.canary()
  return [...components, topology.canary].flatMap((component) =>
    component.metrics
      ? [
          {
            component: component.name,
            address: component.name === 'canary' && !canary ? null : `127.0.0.1:${context.port(component.metrics.port)}`,
            path: component.metrics.path,
            tier: component.role === 'service' || component.role === 'datastore' ? ('shop' as const) : ('platform' as const),
            ...(component.role === 'service' ? { service: component.name === 'canary' ? canary?.service : component.name } : {}),
            // A proxy's metrics belong to its service.
            ...(component.role === 'mesh' ? { service: withoutProxy(component.name) } : {}),
          },
        ]
      : [],
  )
}

/** Logs that a responder may read. The training system's own logs are not among them: they would name the fault. */
export function logSources(context: RangeContext) {
  const { role } = context.config.placement
  const components = [...placedOn(role), ...placedForAWhileOn(role)]
    .filter((component) => component.role !== 'control' && component.name !== 'telemetry-store')
    .map((component) => ({
      service: component.name,
      file: component.logs.file?.(context) ?? logFile(context, component.name),
      format: component.logs.format,
    }))
  // Where there can be a replica of the database; usually its log does not exist.
  return role === 'all' ? [...components, { service: 'replica', file: logFile(context, 'replica'), format: 'plain' as const }] : components
}
