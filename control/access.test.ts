import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify, { type InjectOptions } from 'fastify'
import { guardAccess } from './access.ts'

const tokens = { trainee: 'trainee-token', instructor: 'instructor-token', service: 'service-token' }
const host = '127.0.0.1:7400'
/** Of MCP's inspector, which was allowed. */
const inspector = 'http://localhost:6274'

function server({ guarded }: { guarded: boolean }) {
  const app = fastify()
  if (guarded) guardAccess(app, { tokens, hosts: [host], origins: [inspector] })
  app.setErrorHandler<Error & { httpStatus?: number }>((error, _request, reply) =>
    reply.code(error.httpStatus ?? 500).send({ message: error.message }),
  )
  app.get('/trainee', async () => 'ok')
  app.get('/instructor', { config: { access: 'instructor' } }, async () => 'ok')
  app.get('/service', { config: { access: 'service' } }, async () => 'ok')
  app.get('/public', { config: { access: 'public' } }, async () => 'ok')
  return app
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const attacks: Record<string, { request: InjectOptions; status: number }> = {
  'without a token': { request: { url: '/trainee', headers: { host } }, status: 401 },
  'with a wrong token': { request: { url: '/trainee', headers: { host, ...bearer('guess') } }, status: 401 },
  'a trainee at the instructor’s': { request: { url: '/instructor', headers: { host, ...bearer(tokens.trainee) } }, status: 403 },
  'an instructor at the range’s own': { request: { url: '/service', headers: { host, ...bearer(tokens.instructor) } }, status: 403 },
  'under a rebound name': { request: { url: '/trainee', headers: { host: 'evil.example:7400', ...bearer(tokens.trainee) } }, status: 403 },
  'from another site': {
    request: { url: '/trainee', headers: { host, origin: 'https://evil.example', ...bearer(tokens.trainee) } },
    status: 403,
  },
  'from another port of this machine': {
    request: { url: '/trainee', headers: { host, origin: 'http://127.0.0.1:8080', ...bearer(tokens.trainee) } },
    status: 403,
  },
  'from an allowed page, with our cookie instead of a token': {
    request: { url: '/trainee', headers: { host, origin: inspector, cookie: `firedrill=${tokens.trainee}` } },
    status: 401,
  },
  'a public page under a rebound name': { request: { url: '/public', headers: { host: 'evil.example' } }, status: 403 },
}

for (const [what, { request, status }] of Object.entries(attacks)) {
  test(`${what} is refused`, async () => {
    assert.equal((await server({ guarded: true }).inject(request)).statusCode, status)
    // The guard is what refuses: without it the same request is served.
    assert.equal((await server({ guarded: false }).inject(request)).statusCode, 200)
  })
}

test('each role may use its own routes', async () => {
  const app = server({ guarded: true })
  const allowed: [string, string][] = [
    ['/trainee', tokens.trainee],
    ['/trainee', tokens.instructor],
    ['/instructor', tokens.instructor],
    ['/service', tokens.service],
  ]
  for (const [url, token] of allowed) {
    assert.equal((await app.inject({ url, headers: { host, ...bearer(token) } })).statusCode, 200, url)
    assert.equal((await app.inject({ url, headers: { host, cookie: `firedrill=${token}` } })).statusCode, 200, `${url} by cookie`)
  }
  assert.equal((await app.inject({ url: '/public', headers: { host } })).statusCode, 200)
  assert.equal(
    (await app.inject({ url: '/trainee', headers: { host, origin: `http://${host}`, ...bearer(tokens.trainee) } })).statusCode,
    200,
  )
})

test('a client whose Host is refused is told which setting allows it', async () => {
  const message = async (headers: Record<string, string>) =>
    (await server({ guarded: true }).inject({ url: '/trainee', headers: { ...bearer(tokens.trainee), ...headers } })).json<{
      message: string
    }>().message
  assert.match(await message({ host: 'host.docker.internal:7400' }), /'firedrill up --console-name host\.docker\.internal'/)
  assert.match(await message({ host, origin: 'http://localhost:5173' }), /'firedrill up --allow-origin http:\/\/localhost:5173'/)
})

test('host names are compared without case', async () => {
  const app = fastify()
  guardAccess(app, { tokens, hosts: ['localhost:7400'], origins: [] })
  app.get('/', async () => 'ok')
  assert.equal((await app.inject({ url: '/', headers: { host: 'LocalHost:7400', ...bearer(tokens.trainee) } })).statusCode, 200)
})

test('an allowed page may ask as browsers do: first the preflight request, then with a token', async () => {
  const app = server({ guarded: true })
  const asked = await app.inject({
    method: 'OPTIONS',
    url: '/trainee',
    headers: {
      host,
      origin: inspector,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,mcp-protocol-version',
    },
  })
  assert.equal(asked.statusCode, 204)
  assert.equal(asked.headers['access-control-allow-origin'], inspector)
  assert.match(String(asked.headers['access-control-allow-headers']), /authorization.*mcp-protocol-version/)
  const answer = await app.inject({ url: '/trainee', headers: { host, origin: inspector, ...bearer(tokens.trainee) } })
  assert.deepEqual([answer.statusCode, answer.headers['access-control-allow-origin']], [200, inspector])
  assert.equal(
    (await app.inject({ method: 'OPTIONS', url: '/trainee', headers: { host, origin: 'https://evil.example' } })).statusCode,
    403,
  )
})
