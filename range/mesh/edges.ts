import { isService, type DatastoreName, type ServiceName } from '../../model/components.ts'
import { portOffsets, type PortName } from '../context.ts'

/** A service that calls another: HTTP, mutually authenticated from proxy to proxy. */
interface HttpEdge {
  from: ServiceName
  to: ServiceName
}
/** A service that talks to a data store: bytes, passed on by its own proxy. */
interface TcpEdge {
  from: ServiceName
  to: DatastoreName
}

const pairs = Object.keys(portOffsets).flatMap((name) => {
  const [from = '', to] = name.split('>')
  return to !== undefined && isService(from) ? [{ from, to }] : []
})

export const httpEdges: readonly HttpEdge[] = pairs.flatMap(({ from, to }) => (isService(to) ? [{ from, to }] : []))
// Safe: whatever is no service on the right-hand side of an edge's port is a data store, which `edges.test.ts` holds against the topology.
export const tcpEdges: readonly TcpEdge[] = pairs.flatMap(({ from, to }) => (isService(to) ? [] : [{ from, to: to as DatastoreName }]))

/** Where a service finds, at its own proxy, what it calls. */
export const edgePort = (from: ServiceName, to: ServiceName | DatastoreName): PortName => `${from}>${to}` as PortName

/** Where a service's proxy takes the calls of others; null for one that nobody calls. */
export const inboundPort = (service: ServiceName): PortName | null => {
  const name = `${service}-inbound`
  // Safe: looked up just now.
  return name in portOffsets ? (name as PortName) : null
}
/** Where a service's proxy is administered. */
export const adminPort = (service: ServiceName): PortName => `${service}-admin`
