import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { KubeConfig } from '@kubernetes/client-node'
import { onCallApi } from './on-call-api.ts'

interface Asked {
  method: string
  url: string
  headers: http.IncomingHttpHeaders
}

/** Answers each request with what it received; a test with a real API server is in test/acceptance/9-kubectl.test.ts. */
const asked: Asked[] = []
let guarded = true
let server: https.Server
let near: net.Server

async function certificate(): Promise<{ cert: string; key: string }> {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as never)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=kubernetes',
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { cert: made.toString('pem'), key }
}

const portOf = (of: net.Server) => (of.address() as AddressInfo).port

before(async () => {
  const keys = await certificate()
  server = https.createServer(keys, (request, response) => {
    const { method = '', url = '', headers } = request
    const reply = (code: number, body: object) => {
      request.resume().once('end', () => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
    }
    if (url.endsWith('/serviceaccounts/on-call/token')) {
      assert.equal(headers.authorization, 'Bearer of-the-agent')
      return reply(201, { status: { token: 'on-call', expirationTimestamp: new Date(Date.now() + 600_000).toISOString() } })
    }
    if (url.includes('dryRun=All'))
      return guarded ? reply(422, { message: "ValidatingAdmissionPolicy 'firedrill-on-call' denied" }) : reply(200, {})
    asked.push({ method, url, headers })
    reply(200, { told: url })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = new KubeConfig()
  const cluster = { name: 'c', server: `https://127.0.0.1:${portOf(server)}`, caData: Buffer.from(keys.cert).toString('base64') }
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify: false }, { name: 'agent', token: 'of-the-agent' })
  // One for each connection: each keeps its own token.
  near = net.createServer((socket) => {
    const api = onCallApi(config, 'shop')
    socket.once('close', () => api.close())
    api.serve(socket)
  })
  near.listen(0, '127.0.0.1')
  await once(near, 'listening')
})
after(() => {
  near.close()
  server.closeAllConnections()
  server.close()
})

async function ask(path: string, options: http.RequestOptions = {}): Promise<{ code: number; text: string }> {
  const request = http.request({ host: '127.0.0.1', port: portOf(near), path, agent: false, ...options })
  request.end()
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += String(part)
  return { code: answer.statusCode ?? 0, text }
}

test('requests are made as the on-call account, whatever identity the client claims', async () => {
  const headers = { authorization: 'Bearer of-somebody', cookie: 'x', 'impersonate-user': 'admin', accept: 'application/json' }
  const { code, text } = await ask('/api/v1/namespaces/shop/pods?watch=false&labelSelector=app%3Dorders', { headers })
  assert.deepEqual([code, text], [200, '{"told":"/api/v1/namespaces/shop/pods?watch=false&labelSelector=app%3Dorders"}'])
  const passed = asked.at(-1)?.headers
  assert.equal(passed?.authorization, 'Bearer on-call')
  assert.equal(passed?.cookie, undefined)
  assert.equal(passed?.['impersonate-user'], 'admin', 'the API server is to refuse it, rather than to answer as if it were not there')
})

test("ambiguous paths and the agent's own objects are refused", async () => {
  const askedBefore = asked.length
  for (const path of [
    '/api/v1/namespaces/shop/pods/agent-6d4f-x2x9q/log',
    '/api/v1/namespaces/shop/pods/%61gent-6d4f-x2x9q/log',
    '/api/v1/namespaces/shop/../kube-system/secrets',
    '/api/v1//namespaces/shop/pods',
    '/metrics',
    '/logs/',
    '/',
  ]) {
    const { code, text } = await ask(path)
    assert.deepEqual([code, (JSON.parse(text) as { reason: string }).reason], [403, 'Forbidden'], path)
  }
  assert.equal(asked.length, askedBefore)
})

test('there is no way into a container', async () => {
  const socket = net.connect(portOf(near), '127.0.0.1')
  socket.write('POST /api/v1/namespaces/shop/pods/x/exec HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\n')
  const [said] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  assert.match(said.toString(), /^HTTP\/1\.1 403[^]*"kind":"Status"/)
})

test('nothing is served while the guard is not enforced', async () => {
  guarded = false
  const { code, text } = await ask('/api/v1/namespaces/shop/pods')
  guarded = true
  assert.equal(code, 503)
  assert.match(text, /does not enforce the ValidatingAdmissionPolicy 'firedrill-on-call'/)
})
