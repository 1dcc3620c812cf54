import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

const root = path.join(import.meta.dirname, '..')
const recorder = `
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'
  registerHooks({ load: (url, context, next) => (url.startsWith('file:') && writeSync(3, url + '\\n'), next(url, context)) })`

interface Loaded {
  status: number | null
  stdout: string
  stderr: string
  /** Packages by name, our own files by path; each once. */
  modules: string[]
  /** Number of files. */
  files: number
}

/** Runs one of our programs to its end; returns also which modules it loaded. */
export async function run(script: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env): Promise<Loaded> {
  const recording = ['--disable-warning=ExperimentalWarning', '--import', `data:text/javascript,${encodeURIComponent(recorder)}`]
  const child = spawn(process.execPath, [...recording, path.join(root, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env,
  })
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve))
  const [stdout = '', stderr = '', loaded = ''] = await Promise.all(
    // Safe: they are pipes.
    [1, 2, 3].map((descriptor) => text(child.stdio[descriptor] as Readable)),
  )
  const urls = loaded.trim().split('\n')
  const modules = urls.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? path.relative(root, new URL(url).pathname))
  return { status: await ended, stdout, stderr, modules: [...new Set(modules)], files: urls.length }
}
