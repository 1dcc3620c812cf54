import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'

/** Where the configuration of a service's proxy is. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))
