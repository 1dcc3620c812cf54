/**
 * The instrumented libraries, loaded with `require`: OpenTelemetry patches `require`, whereas an ES `import` of a CommonJS
 * package would pass it by (and the loader hook that would not costs a thread in every service).
 */
import { createRequire } from 'node:module'
import './telemetry.ts'

const require = createRequire(import.meta.url)

// Safe: each package's own types.
export const pg = require('pg') as typeof import('pg')
export const amqplib = require('amqplib') as typeof import('amqplib')
export const { Redis } = require('ioredis') as typeof import('ioredis')
export const { fastify } = require('fastify') as typeof import('fastify')
