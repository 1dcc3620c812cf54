import { ownConsole, portOffsets, type PortName, type RangeContext } from '../../range/context.ts'
import { baselinePolicy } from '../../range/mesh/files.ts'

/** Below all ports that are used otherwise. */
const lowestPorts = 1_024
/** For tests that listen: those in other processes listen at the same time, and some expect free ports. */
export const ownPorts = (): number => 10_240 + (process.pid % 200) * 100
export const paperTokens = { trainee: 'trainee', instructor: 'instructor', service: 'service' }
/** The host name of the control plane of such a range. */
export const paperHost = `127.0.0.1:${lowestPorts + portOffsets.control}`

/** Nothing listens: the API is called within the process. */
export function paperContext(dir: string, root: string, users: number, portBase = lowestPorts): RangeContext {
  const nowhere = new Proxy({}, { get: () => '' })
  return {
    dir,
    root,
    config: {
      id: 'replay',
      portBase,
      profile: 'drill',
      users,
      placement: { role: 'all' },
      console: ownConsole,
      clickhouseUrl: null,
      tokens: paperTokens,
      passwords: { postgres: '', rabbitmq: '' },
    },
    // Safe: nothing is started here.
    binaries: nowhere as RangeContext['binaries'],
    port: (name: PortName) => portBase + portOffsets[name],
    address: (name: PortName) => `127.0.0.1:${portBase + portOffsets[name]}`,
    listen: '127.0.0.1',
    deployed: () => ({ version: '', overrides: {} }),
    canary: () => null,
    unscraped: () => [],
    flags: () => null,
    mesh: () => ({ policy: baselinePolicy(root), faults: [], cacheFault: null, generations: {} }),
  }
}
