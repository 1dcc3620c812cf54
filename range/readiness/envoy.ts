import type { Readiness } from './readiness.ts'

/** Ready when an Envoy is live and has all its listeners: one that refused its configuration is live as well. */
export function envoyReady(adminPort: number, listeners: number): Readiness {
  const url = `http://127.0.0.1:${adminPort}`
  return {
    what: `Envoy at ${url}`,
    async check(timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs)
      // A new connection each time: an existing one does not prove that others are accepted.
      const headers = { connection: 'close' }
      const ready = await fetch(`${url}/ready`, { signal, headers })
      if (!ready.ok) throw new Error(`it is ${(await ready.text()).trim()}`)
      const found = (await (await fetch(`${url}/listeners`, { signal, headers })).text()).trim().split('\n').filter(Boolean).length
      if (found < listeners) throw new Error(`it listens at ${found} of ${listeners} ports`)
    },
  }
}
