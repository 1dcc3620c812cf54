import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node'
import { describeError } from '../../model/errors.ts'
import { kubernetesAnswer, kubernetesStatus } from '../../shell/kubernetes-status.ts'
import { join } from '../../range/targets/hosts/forward.ts'
import { onCallAccount, onCallGuard } from '../../range/targets/kubernetes/names.ts'

/** The shortest lifetime that Kubernetes gives a token, and when the token is renewed. */
const tokenSeconds = 600
const renewBeforeMs = 120_000
const answerWithinMs = 10_000
/** Maximum size of a request's body; an object of the shop has a few kilobytes. */
const longestBody = 1024 * 1024
/** Request headers that are passed on; the identity is set here. */
const passedHeaders = ['accept', 'accept-encoding', 'content-type', 'content-length', 'transfer-encoding', 'user-agent', 'kubectl-command']
/** Characters that occur in paths of the Kubernetes API; other paths are refused as ambiguous. */
const plainPath = /^\/(api|apis|openapi|version)(\/[\w.:-]+)*\/?$/
/** The agent's own logs are not the shop's. */
const ofAgent = /\/pods\/agent-[^/]*\//

const noWayIn = 'the on-call account cannot get into a container or to its ports: the ports of the shop have names in the terminal'

interface OnCallApi {
  /** Serves a connection until it ends. */
  serve(stream: Duplex): void
  close(): void
}

class Unavailable extends Error {}

/**
 * The API server with the rights of the on-call account, for terminals on another host. The account's token never leaves the cluster, and requests
 * are served only while the account's changes are guarded. A client chooses its request, but not its identity.
 */
export function onCallApi(config: KubeConfig, namespace: string): OnCallApi {
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('there is no API server here')
  const base = new URL(cluster.server)
  const ca = cluster.caData ? Buffer.from(cluster.caData, 'base64') : cluster.caFile ? readFileSync(cluster.caFile) : undefined
  const agent = new https.Agent({ keepAlive: true, maxSockets: 256, ...(ca ? { ca } : {}) })
  const ask = (token: string, options: https.RequestOptions, take: (answer: http.IncomingMessage) => void) =>
    https.request(
      {
        host: base.hostname,
        port: base.port || 443,
        agent,
        ...options,
        headers: {
          ...(options.headers as http.OutgoingHttpHeaders),
          host: base.host,
          authorization: `Bearer ${token}`,
        },
      },
      take,
    )
  const token = tokens(config, namespace, (fresh) => guarded(fresh, namespace, ask))

  const server = http.createServer((request, response) => {
    const path = request.url ?? '/'
    const [place = ''] = path.split('?')
    if (!plainPath.test(place) || place.split('/').includes('..'))
      return refuse(response, 403, 'Forbidden', `${place} is not available to the on-call account`)
    if (ofAgent.test(place)) return refuse(response, 403, 'Forbidden', 'the agent belongs to the monitoring, and not to the shop')
    if (Number(request.headers['content-length'] ?? 0) > longestBody)
      return refuse(response, 413, 'RequestEntityTooLarge', 'the request is too long')
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => passedHeaders.includes(name) || name.startsWith('impersonate-')),
    )
    token().then(
      (known) => {
        if (response.destroyed) return
        const asked = ask(known, { method: request.method ?? 'GET', path, headers }, (answer) => {
          const { connection: _connection, 'keep-alive': _keepAlive, ...passed } = answer.headers
          response.writeHead(answer.statusCode ?? 502, passed)
          answer.pipe(response)
          answer.once('error', () => response.destroy())
        })
        asked.once('error', (error) =>
          response.headersSent
            ? response.destroy()
            : refuse(response, 503, 'ServiceUnavailable', `the API server: ${describeError(error)}`),
        )
        response.once('close', () => asked.destroy())
        let sent = 0
        request.on('data', (bytes: Buffer) => (sent += bytes.length) > longestBody && request.destroy())
        request.pipe(asked)
      },
      (error: unknown) => refuse(response, 503, 'ServiceUnavailable', describeError(error)),
    )
  })
  // Requests that lead into a container or to its ports ask for an upgrade.
  server.on('upgrade', (_request, socket) => socket.end(kubernetesAnswer(403, 'Forbidden', noWayIn)))
  server.on('clientError', (_error, socket) => socket.destroy())
  // Through a socket of its own: Node corrupts the first bytes of some answers that its HTTP/1 server writes directly into an HTTP/2 stream.
  const listening = new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  return {
    serve(stream) {
      stream.on('error', () => stream.destroy())
      listening.then(
        (port) => join(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }), stream),
        () => stream.destroy(),
      )
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

type Ask = (token: string, options: https.RequestOptions, take: (answer: http.IncomingMessage) => void) => http.ClientRequest

function refuse(response: http.ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(kubernetesStatus(code, reason, message))
}

/** A token that is valid for a few minutes, requested when needed, and checked before use. */
function tokens(config: KubeConfig, namespace: string, check: (token: string) => Promise<void>): () => Promise<string> {
  const core = config.makeApiClient(CoreV1Api)
  let known: { token: string; until: number } | null = null
  let asking: Promise<string> | null = null
  async function fresh(): Promise<string> {
    const { status } = await core
      .createNamespacedServiceAccountToken({
        name: onCallAccount,
        namespace,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: [],
            expirationSeconds: tokenSeconds,
          },
        },
      })
      .catch((error: unknown) => {
        const why = `the cluster gives no token of the account '${onCallAccount}': has it taken all of deploy/kubernetes/agent?`
        throw new Unavailable(why, { cause: error })
      })
    const token = status?.token ?? ''
    await check(token)
    known = { token, until: new Date(status?.expirationTimestamp ?? 0).getTime() - renewBeforeMs }
    return token
  }
  return () => {
    if (known && Date.now() < known.until) return Promise.resolve(known.token)
    asking ??= fresh().finally(() => (asking = null))
    return asking
  }
}

/** Dry-runs a change that the guard has to refuse. Throws on any other outcome. */
async function guarded(token: string, namespace: string, ask: Ask): Promise<void> {
  const body = JSON.stringify({ spec: { template: { spec: { serviceAccountName: 'agent' } } } })
  const said = await new Promise<string>((resolve, reject) => {
    const asked = ask(
      token,
      {
        method: 'PATCH',
        path: `/apis/apps/v1/namespaces/${namespace}/deployments/gateway?dryRun=All`,
        headers: { 'content-type': 'application/strategic-merge-patch+json', 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(answerWithinMs),
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.once('end', () => resolve(answer.statusCode === 422 || answer.statusCode === 403 ? text : `${answer.statusCode}`))
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
  if (!said.includes(onCallGuard))
    throw new Unavailable(
      `kubectl is not offered here: the cluster does not enforce the ValidatingAdmissionPolicy '${onCallGuard}' (Kubernetes 1.30 or later has them)`,
    )
}
