import type { ServiceName } from '../../../model/components.ts'
import type { RangeContext } from '../../context.ts'
import { loadAssignment, seconds, typed, type Json } from './json.ts'

/** A name that spans show, so it does not reveal the fault; its metrics are counted as the service's own. */
export const breakOffName = 'app-2'

const address = (context: RangeContext, service: ServiceName): Json => ({ pipe: { path: `@firedrill-${context.config.id}-${service}` } })

/** Whether a fault breaks off answers of this service. */
export const breaksOff = (context: RangeContext, service: ServiceName): boolean =>
  context.mesh().faults.some(({ to, fault }) => to === service && fault.reset !== undefined)

/** Where a proxy sends calls whose responses are to break off: to itself, … */
export const breakOffCluster = (context: RangeContext, service: ServiceName): Json => ({
  name: breakOffName,
  alt_stat_name: 'app',
  type: 'STATIC',
  connect_timeout: seconds(2_000),
  load_assignment: loadAssignment(breakOffName, [address(context, service)]),
})

/** … where it sends headers and closes the connection. */
export const breakOffListener = (context: RangeContext, service: ServiceName): Json => ({
  name: breakOffName,
  address: address(context, service),
  filter_chains: [
    {
      filters: [
        {
          name: 'envoy.filters.network.direct_response',
          typed_config: typed('envoy.extensions.filters.network.direct_response.v3.Config', {
            response: { inline_string: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4096\r\n\r\n{' },
          }),
        },
      ],
    },
  ],
})
