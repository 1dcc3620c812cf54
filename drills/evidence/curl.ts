import { isProxy, isService } from '../../model/components.ts'
import { componentNamed } from '../evidence.ts'
import { defineEvidence, nothing, optionValues, type CommandLook } from './command.ts'

/** Ports of datastores, by name in the terminal, with the view that a request to each looks at. */
const stores: Record<string, { answeredBy: string } & Pick<CommandLook, 'view' | 'component'>> = {
  'rabbitmq:15672': { answeredBy: 'rabbitmqManagement', view: 'queue', component: 'rabbitmq' },
  'rabbitmq:15692': { answeredBy: 'rabbitmqMetrics', view: 'dashboard', component: 'rabbitmq' },
  'postgres:9187': { answeredBy: 'postgresExporter', view: 'dashboard', component: 'postgres' },
  'redis:9121': { answeredBy: 'redisExporter', view: 'dashboard', component: 'redis' },
}

/**
 * A proxy's admin API is a look at the mesh around its service; metrics are one at its dashboard. The control plane records its own answers itself.
 */
export const curl = defineEvidence({
  id: 'curl',
  programs: ['curl', 'wget'],
  read(words) {
    const looks = words.flatMap((word) => lookAt(word) ?? [])
    const [method] = optionValues(words, '-X', '--request').map((name) => name.toUpperCase())
    const sends = words.some((word) => /^(-d|--data(-\w+)?|--json|-T|--upload-file|-F|--form|--post-data)(=|$)/.test(word))
    const ours = words.some((word) => placeOf(word) !== null)
    if (!ours) return nothing
    return { looks, changes: method === undefined ? sends : !/^(GET|HEAD|OPTIONS)$/.test(method) }
  },
})

/** Host and path of an argument that is an address of the shop's. */
function placeOf(word: string): { host: string; port: string; path: string } | null {
  const found = /^(?:http:\/\/)?(?:[^@/\s]*@)?([a-z-]+)(?::(\d+))?(\/.*)?$/.exec(word)
  const [, host = '', port = '', path = '/'] = found ?? []
  return componentNamed(host) === null ? null : { host, port, path }
}

function lookAt(word: string): CommandLook | null {
  const place = placeOf(word)
  if (!place) return null
  const { host, port, path } = place
  const component = componentNamed(host)
  if (component === null) return null
  const detail = `${host}${path === '/' ? '' : path} by curl`.slice(0, 120)
  if (isProxy(host)) return { view: 'mesh', component, detail, answeredBy: host }
  if (isService(host)) return /^\/metrics\b/.test(path) ? { view: 'dashboard', component, detail, answeredBy: host } : null
  const store = stores[`${host}:${port}`]
  return store ? { ...store, detail } : null
}
