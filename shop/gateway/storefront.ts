import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'

/** The page for customers: browse, fill a cart, check out. */
export function registerStorefront(app: FastifyInstance): void {
  const page = readFileSync(path.join(import.meta.dirname, 'storefront.html'), 'utf8')
  app.get('/', async (_request, reply) =>
    reply
      .header('content-security-policy', "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'")
      .type('text/html; charset=utf-8')
      .send(page),
  )
}
