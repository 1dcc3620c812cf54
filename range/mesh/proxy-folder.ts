import { proxyOf, type ServiceName } from '../../model/components.ts'
import { configDir, type RangeContext } from '../context.ts'

/** The folder with a service's proxy's configuration. */
export const meshDir = (context: RangeContext, service: ServiceName): string => configDir(context, proxyOf(service))
