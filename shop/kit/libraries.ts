/**
 * The instrumented libraries are loaded with `require`: OpenTelemetry patches `require`, whereas an ES `import` of a CommonJS
 * package would pass it by (and the loader hook that would not costs a thread in every service).
 */
import { createRequire } from 'node:module'
import './telemetry.ts'

/** Loads a package like this. Each is loaded by the part of the kit that uses it: a service without a cache loads no client for one. */
export const instrumented = createRequire(import.meta.url)
