import type { ApiClient } from '../model/client.ts'
import type { ShopComponentName } from '../model/components.ts'
import type { ViewKind } from '../model/scenario.ts'

interface Place {
  view: ViewKind
  component: ShopComponentName
}

/** Looks at a place through the API, as a client would, so that the drill counts it as looked at. Resolves when it has been read. */
export async function lookAt(client: ApiClient, { view, component }: Place): Promise<void> {
  const run = (action: string, params: Record<string, unknown> = {}) => client.post('/api/actions/:id', { id: action, body: { params } })
  switch (view) {
    case 'dashboard':
      return void (await client.get('/api/prometheus/query', { query: new URLSearchParams({ query: metricsOf(component) }) }))
    case 'trace':
      return void (await client.get('/api/telemetry/traces', { query: { service: component, limit: 5 } }))
    case 'logs':
      return void (await client.get('/api/telemetry/logs', { query: { service: component, limit: 5 } }))
    case 'deploys':
      return void (await client.get('/api/changes', { query: new URLSearchParams({ service: component }) }))
    case 'queue':
      return void (await run('inspect-broker'))
    case 'database':
      return void (await run('list-sessions'))
    case 'cache':
      return void (await run('inspect-cache'))
    case 'mesh':
      return void (await client.get('/api/mesh', { query: new URLSearchParams({ service: component }) }))
    case 'alerts':
      return void (await client.get('/api/alerts'))
  }
}

const metricsOf = (component: ShopComponentName): string =>
  ({ postgres: 'pg_up', redis: 'redis_up', rabbitmq: 'rabbitmq_identity_info' })[component as string] ?? `up{service="${component}"}`
