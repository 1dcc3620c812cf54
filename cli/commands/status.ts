import { componentNames, type ComponentName, type ComponentStatus } from '../../model/components.ts'
import { megabytes } from '../../model/units.ts'
import { describeMachine } from '../../range/machine.ts'
import { family, listProcesses, liveness, proportionalMemoryBytes } from '../../range/targets/local/identity.ts'
import { describePrecedence } from '../../range/targets/local/precedence.ts'
import type { RangeState } from '../../range/targets/local/state.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { dim, green, print, printJson, printTable, red } from '../output.ts'

/** Checks of components that do not answer take up to 1.5 s, and longer on another host. */
const patienceMs = 6_000

export const statusCommand = () =>
  command('status').action(async (options: CommonOptions) => {
    const status = await lookAt(openState(options))
    const healthy = status.every((component) => component.healthy)
    if (options.json) printJson(status)
    else {
      printTable(
        status.map((component) => ({
          component: component.name,
          state: component.state,
          healthy: component.healthy ? 'yes' : 'no',
          version: component.version ?? '',
          pid: component.pid,
          ports: Object.values(component.ports).join(' '),
          memory: component.memoryBytes === null ? '' : megabytes(component.memoryBytes),
          detail: component.detail ?? '',
        })),
      )
      const total = status.reduce((sum, component) => sum + (component.memoryBytes ?? 0), 0)
      print(`${healthy ? green('all healthy') : red('not healthy')} ${dim(`${megabytes(total)} in all`)}`)
      const machine = openState(options).machine()
      if (machine) print(dim(`when it was started: ${describeMachine(machine)}`))
      print(dim(`monitoring takes precedence over the shop ${describePrecedence(openState(options).precedence())}`))
    }
    process.exitCode = healthy ? 0 : 1
  })

/** From the control plane; if that is down or does not answer, from this process's own checks, which take longer. */
async function lookAt(state: RangeState): Promise<ComponentStatus[]> {
  // Throws if there is no range.
  state.config()
  const control = state.run('control')
  if (control && liveness(control) === 'running') {
    try {
      // Side by side: the kernel takes a tenth of a second to add up the memory.
      const [{ components }, memory] = await Promise.all([
        apiClient(state, 'trainee', patienceMs).get('/api/components'),
        memoryHere(state),
      ])
      return components.map((component) => {
        // On another host, it may have the pid of something here.
        const here = memory.get(component.name)
        return here && here.pid === component.pid ? { ...component, memoryBytes: here.bytes } : component
      })
    } catch {
      // Checked from here, the table shows what is wrong with it.
    }
  }
  const { openLocalRange } = await import('../../control/wiring.ts')
  return openLocalRange(state.dir).status(true)
}

/** The memory of each component that was started on this host, in bytes, by its process. A request that is under way goes on meanwhile. */
async function memoryHere(state: RangeState): Promise<Map<ComponentName, { pid: number; bytes: number }>> {
  const processes = listProcesses()
  const memory = new Map<ComponentName, { pid: number; bytes: number }>()
  for (const name of componentNames) {
    await new Promise((resolve) => setImmediate(resolve))
    const run = state.run(name)
    if (run) memory.set(name, { pid: run.pid, bytes: proportionalMemoryBytes(family(run.pid, processes)) })
  }
  return memory
}
