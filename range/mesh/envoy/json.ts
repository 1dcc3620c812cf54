/** A part of an Envoy configuration, in protobuf's JSON form (https://www.envoyproxy.io/docs/envoy/latest/api-v3/api). */
export type Json = { [field: string]: unknown }

const types = 'type.googleapis.com/'

/** An `Any`: a message with the name of its type. */
export const typed = (type: string, message: Json = {}): Json => ({ '@type': `${types}${type}`, ...message })

/** A `Duration`. */
export const seconds = (ms: number): string => `${ms / 1_000}s`

/** A `FractionalPercent`, to a ten-thousandth of a percent. */
export const fraction = (percent: number): Json => ({ numerator: Math.round(percent * 10_000), denominator: 'MILLION' })

/** A port of the loopback, as Envoy writes an `Address`. */
export const socketAddress = (port: number): Json => ({ socket_address: { address: '127.0.0.1', port_value: port } })

/** A `ClusterLoadAssignment`: where a cluster's requests go. */
export const loadAssignment = (cluster: string, addresses: readonly Json[]): Json => ({
  cluster_name: cluster,
  endpoints: addresses.length === 0 ? [] : [{ lb_endpoints: addresses.map((address) => ({ endpoint: { address } })) }],
})

/** A source of configuration: a file that is replaced atomically. */
export const fromFile = (folder: string, file: string): Json => ({
  path_config_source: { path: `${folder}/${file}`, watched_directory: { path: folder } },
  resource_api_version: 'V3',
})
