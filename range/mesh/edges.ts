import { isService, type DatastoreName, type ServiceName } from '../../model/components.ts'
import { portOffsets, type PortName } from '../context.ts'
import { isKeyOf } from '../../model/own.ts'

/** A call from one service to another: HTTP, mutually authenticated between the proxies. */
interface HttpEdge {
  from: ServiceName
  to: ServiceName
}
/** A connection from a service to a datastore: TCP, passed on by its own proxy. */
interface TcpEdge {
  from: ServiceName
  to: DatastoreName
}

const pairs = Object.keys(portOffsets).flatMap((name) => {
  const [from = '', to] = name.split('>')
  return to !== undefined && isService(from) ? [{ from, to }] : []
})

export const httpEdges: readonly HttpEdge[] = pairs.flatMap(({ from, to }) => (isService(to) ? [{ from, to }] : []))
// Safe: whatever is not a service at the end of an edge's port is a datastore; `edges.test.ts` compares them with the topology.
export const tcpEdges: readonly TcpEdge[] = pairs.flatMap(({ from, to }) => (isService(to) ? [] : [{ from, to: to as DatastoreName }]))

/** The ports of a service's own proxy at which it reaches others. */
export const edgePort = (from: ServiceName, to: ServiceName | DatastoreName): PortName => `${from}>${to}` as PortName

/** The port at which a service's proxy accepts calls; null for a service that nobody calls. */
export const inboundPort = (service: ServiceName): PortName | null => {
  const name = `${service}-inbound`
  return isKeyOf(portOffsets, name) ? name : null
}
/** Where a service's proxy is administered. */
export const adminPort = (service: ServiceName): PortName => `${service}-admin`
