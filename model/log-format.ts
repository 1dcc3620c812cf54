/** How a component writes its log: which parser reads a line of it. */
export type LogFormat = 'envoy' | 'pino' | 'postgres' | 'redis' | 'rabbitmq' | 'logfmt' | 'plain'
