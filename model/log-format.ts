/** The format of a component's log, which determines the parser. */
export type LogFormat = 'envoy' | 'pino' | 'postgres' | 'redis' | 'rabbitmq' | 'logfmt' | 'plain'
