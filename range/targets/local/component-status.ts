import { isService, type ComponentStatus, type ServiceName } from '../../../model/components.ts'
import { describeError } from '../../../model/errors.ts'
import type { Component } from '../../component.ts'
import { family, liveness, proportionalMemoryBytes, type listProcesses } from './identity.ts'
import type { RangeContext } from '../../context.ts'
import type { RangeState } from './state.ts'

/**
 * The current status of one component. `processes`: the memory of its processes is summed from these. `readiness: false`: its readiness is not
 * checked.
 */
export async function statusOf(
  target: { state: RangeState; context: RangeContext; currentVersion(service: ServiceName): string },
  component: Component,
  processes: ReturnType<typeof listProcesses> | null = null,
  { readiness }: { readiness: boolean } = { readiness: true },
): Promise<ComponentStatus> {
  const { name } = component
  const record = target.state.run(name)
  const alive = record ? liveness(record) : 'gone'
  const ports = Object.fromEntries(Object.entries(component.ports).map(([label, port]) => [label, target.context.port(port)]))
  const canary = name === 'canary' ? target.state.canary() : null
  const base = {
    name,
    ports,
    ...(isService(name) ? { version: target.currentVersion(name) } : {}),
    ...(canary ? { version: canary.version, canaryOf: canary.service } : {}),
  }
  if (!record || alive === 'gone') {
    const state = record && !record.stopping ? 'exited' : 'stopped'
    return { ...base, state, healthy: false, pid: null, memoryBytes: null, detail: `the process has ${state}` }
  }
  const memoryBytes = processes ? proportionalMemoryBytes(family(record.pid, processes)) : null
  const running = { ...base, pid: record.pid, memoryBytes }
  if (alive === 'suspended') return { ...running, state: 'suspended', healthy: false, detail: 'stopped by a signal' }
  if (!readiness) {
    const started = record.readyAfterMs !== null
    return { ...running, state: started ? 'running' : 'starting', healthy: started }
  }
  try {
    await component.readiness(target.context).check(1_500)
    return { ...running, state: 'running', healthy: true }
  } catch (error) {
    const state = record.readyAfterMs === null ? 'starting' : 'running'
    return { ...running, state, healthy: false, detail: describeError(error) }
  }
}
