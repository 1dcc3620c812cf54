import { stringify } from 'yaml'

/** By its name in the jail's own folder. */
export const kubeconfigFile = 'kubeconfig'

/** For kubectl in the jail: the API server is a name like the others, and who asks is said on the way there, so that nothing here is a secret. */
export const kubeconfig = (namespace: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'shop', cluster: { server: 'http://kubernetes' } }],
    users: [{ name: 'on-call', user: {} }],
    contexts: [{ name: 'shop', context: { cluster: 'shop', user: 'on-call', namespace } }],
    'current-context': 'shop',
  })
