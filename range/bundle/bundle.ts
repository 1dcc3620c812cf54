/*
 * Bundles of our own programs, kept in the cache. What starts a program asks for its bundle here; `build.ts` makes bundles in a process of its own, and
 * `inputs.ts` tells when one is out of date.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { ProcessSpec } from '../component.ts'
import { freshBundle } from './inputs.ts'
import { bundleFolder, bundleName } from './places.ts'

/** A build takes about a second of CPU; on a busy machine, more. */
const buildDeadlineMs = 60_000

const withoutBundle = 'runs from the sources, which takes more memory, since it could not be bundled:'

/**
 * How to start one of our programs: as a bundle of its current files, which exists or is built. Several processes may ask at once. If no bundle can
 * be made, or without a cache, the sources run; the reason is appended to the file `log`.
 */
export async function asBundle(spec: ProcessSpec, root: string, cache: string | null, log: string): Promise<ProcessSpec> {
  const { program } = spec
  if (program === undefined || cache === null) return spec
  try {
    const bundle = await bundleOf(root, cache, program)
    return { ...spec, args: spec.args.map((arg) => (arg === path.join(root, program) ? bundle : arg)) }
  } catch (error) {
    tell(log, `${program}: ${withoutBundle} ${describeError(error)}`)
    return spec
  }
}

/** The existing bundle of a program's current files; null if it has to be built first. */
export const bundleThere = (root: string, cache: string, program: string): string | null =>
  freshBundle(root, bundleFolder(cache, root), bundleName(program))

async function bundleOf(root: string, cache: string, program: string): Promise<string> {
  const find = () => freshBundle(root, bundleFolder(cache, root), bundleName(program))
  const there = find()
  if (there) return there
  await buildBundles(root, cache, [program])
  const built = find()
  if (!built) throw new FiredrillError('component-failed', `${program} changed while it was bundled`)
  return built
}

function tell(log: string, line: string): void {
  try {
    appendFileSync(log, `${line}\n`)
  } catch {
    // On a full disk the reason is lost, but the program starts.
  }
}

/** Builds bundles that are missing or outdated. Reports those that cannot be built. */
export async function ensureBundles(root: string, cache: string, programs: readonly string[], say: (line: string) => void): Promise<void> {
  const folder = bundleFolder(cache, root)
  const stale = programs.filter((program) => freshBundle(root, folder, bundleName(program)) === null)
  if (stale.length === 0) return
  say(`bundling ${stale.length} programs`)
  await buildBundles(root, cache, stale).catch((error: unknown) => say(`${withoutBundle} ${describeError(error)}`))
}

async function buildBundles(root: string, cache: string, programs: readonly string[]): Promise<void> {
  const builder = path.join(import.meta.dirname, 'build.ts')
  const args = ['--disable-warning=ExperimentalWarning', builder, root, bundleFolder(cache, root), ...programs]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: buildDeadlineMs * programs.length,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  if ((await promise) !== 0) throw new FiredrillError('component-failed', output.trim() || 'it took too long')
}
