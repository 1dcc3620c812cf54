import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FiredrillError, describeError } from '../model/errors.ts'
import { aptGet, aptPrefix, dpkg } from './apt.ts'
import { findBinaries, findChromium, libfaketime, type BinaryReport } from './binaries.ts'
import type { Binaries, HostRole } from './context.ts'
import { shopUserName, unprivilegedUser } from './users.ts'
import { leastCacheRoom, requireCacheRoom } from './room.ts'

type Say = (line: string) => void

/** Each in a Python environment of its own, by the requirements in its folder. */
const pythonPrograms = [
  { binary: 'locust', what: 'Locust', folder: 'load' },
  { binary: 'envoy', what: 'Envoy', folder: 'range/mesh' },
] as const

/**
 * Installs what is missing for a host's role: Debian packages as root or through sudo, Locust and Envoy into Python environments of their own.
 * Idempotent.
 */
export async function setup(root: string, cache: string, say: Say, role: HostRole = 'all'): Promise<Binaries> {
  const before = findBinaries(cache, role)
  if (before.some(({ source, path: file }) => source.debian === null && file === null)) requireCacheRoom(cache, leastCacheRoom.programs)
  await installDebianPackages(before, say)
  if (role === 'all') await installOptional(cache, say, terminal())
  if (role === 'all' || role === 'shop') {
    await installOptional(cache, say, separateClocks())
    await makeShopUser(say)
  }
  const needed = new Set(findBinaries(cache, role).map(({ source }) => source.binary))
  for (const { binary, what, folder } of pythonPrograms) {
    const requirements = path.join(root, folder, 'requirements.txt')
    if (needed.has(binary)) await installPython({ what, requirements, environment: path.join(cache, binary) }, cache, say)
  }
  return requireBinaries(cache, role)
}

/** The programs that a host with that role needs; throws `missing-binary` with one line that says how to install the missing ones. */
export function requireBinaries(cache: string, role: HostRole = 'all'): Binaries {
  const reports = findBinaries(cache, role)
  const missing = reports.filter((report) => report.path === null)
  if (missing.length > 0) {
    throw new FiredrillError('missing-binary', howToInstall(missing))
  }
  const found = Object.fromEntries(reports.map(({ source, path: file }) => [source.binary, file]))
  // Safe: one entry for each binary that the role's components use, none of them null.
  return { ...found, node: process.execPath } as unknown as Binaries
}

const packagesFor = (missing: BinaryReport[]): string[] => [...new Set(missing.flatMap((report) => report.source.debian ?? []))]

function howToInstall(missing: BinaryReport[]): string {
  const names = missing.map((report) => report.source.names[0]).join(', ')
  const packages = packagesFor(missing)
  const apt = packages.length > 0 ? `'sudo apt-get install ${packages.join(' ')}', then ` : ''
  return `missing: ${names}. Run ${apt}'firedrill setup', or set ${missing[0]?.source.variable} to its path`
}

async function installDebianPackages(reports: BinaryReport[], say: Say): Promise<void> {
  const packages = packagesFor(reports.filter((report) => report.path === null))
  if (!existsSync('/usr/lib/python3/dist-packages') && !packages.includes('python3')) packages.push('python3')
  if (packages.length === 0) return
  const prefix = aptPrefix()
  if (prefix === null) {
    throw new FiredrillError('missing-binary', howToInstall(reports.filter((report) => report.path === null)))
  }
  await aptInstall(prefix, packages, say)
}

/** Installs Debian packages, after completing earlier interrupted installations. Throws `component-failed` with apt's own reason. */
export async function aptInstall(prefix: string[], packages: string[], say: Say): Promise<void> {
  say(`installing with apt: ${packages.join(' ')}`)
  const install = (...what: string[]) => runQuietly(aptGet(prefix, 'install', '-y', '--no-install-recommends', ...what), { told: 60 })
  try {
    await runQuietly(aptGet(prefix, 'update'))
    await install(...packages).catch(async (error: unknown) => {
      const why = describeError(error)
      const interrupted = /dpkg was interrupted/.test(why)
      if (!interrupted && !/Unmet dependencies|fix-broken/.test(why)) throw error
      // Completes what a kill or a full disk interrupted, and removes no package.
      if (interrupted) await runQuietly(dpkg(prefix, '--configure', '-a'))
      await install('--fix-broken', '--no-remove')
      await install(...packages)
    })
  } catch (error) {
    throw new FiredrillError('component-failed', whyAptFailed(packages, describeError(error)), { cause: error })
  }
}

/** The reason of apt and dpkg is among their other output, below the command: this puts it first. */
export function whyAptFailed(packages: readonly string[], told: string): string {
  const lines = told.split('\n')
  const reasons = lines.flatMap((line) => /^(?:E: | (?=cannot ))(.*)$/.exec(line)?.[1] ?? [])
  const telling = reasons.filter((reason) => !reason.startsWith('Sub-process'))
  const why = [...new Set(telling.length > 0 ? telling : reasons)].join('; ')
  return `apt could not install ${packages.join(', ')}: ${why || 'it does not say why'}\n${[...lines.slice(0, 1), ...lines.slice(1).slice(-8)].join('\n')}`
}

/** Packages without which everything else works. */
interface Optional {
  /** Names the file in the cache that says that they were tried. */
  id: string
  missing: readonly string[]
  /** What is not available without them, after "there will be". */
  without: string
}

/** The program that makes the jail of a trainee's terminal, and bash completion. */
const terminalPackages = { bubblewrap: '/usr/bin/bwrap', 'bash-completion': '/usr/share/bash-completion/bash_completion' } as const

const terminal = (): Optional => ({
  id: 'terminal-packages',
  missing: Object.entries(terminalPackages).flatMap(([name, file]) => (existsSync(file) ? [] : [name])),
  without: 'no terminal for trainees, or no completion in it',
})

const separateClocks = (): Optional => ({
  id: 'clock-packages',
  missing: libfaketime() === null ? ['libfaketime'] : [],
  without: 'no faults of clocks',
})

/** Tried once: no start has to wait for what this machine cannot have. */
async function installOptional(cache: string, say: Say, { id, missing, without }: Optional): Promise<void> {
  const tried = path.join(cache, id)
  if (process.platform !== 'linux' || missing.length === 0 || existsSync(tried)) return
  const prefix = aptPrefix({ ask: false })
  if (prefix === null) return
  await mkdir(cache, { recursive: true })
  await writeFile(tried, `${missing.join('\n')}\n`)
  await aptInstall(prefix, [...missing], say).catch((error: unknown) =>
    say(`there will be ${without}: ${describeError(error).split('\n')[0]}`),
  )
}

/**
 * As root, creates the shop's own user and group: an account without a home, a password or a shell. If that is not possible, the shop runs as root
 * and `doctor` says so.
 */
async function makeShopUser(say: Say): Promise<void> {
  if (process.getuid?.() !== 0 || unprivilegedUser(shopUserName)) return
  say(`making a user for the shop: ${shopUserName}`)
  const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']
  await runQuietly(['useradd', ...options, shopUserName]).catch((error: unknown) =>
    say(`the shop will run as root: ${describeError(error).split('\n')[0]}`),
  )
}

/** The browser for the tests, which `up` does not need. */
export async function setupBrowser(say: Say): Promise<void> {
  if (findChromium() !== null) return
  const prefix = aptPrefix()
  if (prefix === null) throw new FiredrillError('missing-binary', `missing: chromium. Install it, or set FIREDRILL_CHROMIUM to its path`)
  await aptInstall(prefix, ['chromium', 'fonts-dejavu-core'], say)
}

/** Without variables that would redirect Python and pip from their environment. The package index is kept. */
export const pythonEnvironment = (own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(own).filter(
      ([name]) =>
        !/^(PYTHON(HOME|PATH|STARTUP|USERBASE|PLATLIBDIR|SAFEPATH)|__PYVENV_LAUNCHER__|VIRTUAL_ENV|PIP_(USER|TARGET|PREFIX|ROOT|PYTHON|DRY_RUN|NO_DEPS|REQUIREMENT|CONSTRAINT|REQUIRE_VIRTUALENV|IGNORE_INSTALLED))$/.test(
          name,
        ),
    ),
  )

/** A virtual environment with exactly the locked Python packages. */
async function installPython(
  { what, requirements: file, environment }: { what: string; requirements: string; environment: string },
  cache: string,
  say: Say,
): Promise<void> {
  const requirements = await readFile(file, 'utf8')
  const stamp = path.join(environment, '.requirements')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === requirements) return
  say(`installing ${what} into a Python environment of its own`)
  await mkdir(cache, { recursive: true })
  const python = findBinaries(cache).find((report) => report.source.binary === 'python')?.path
  if (!python) throw new FiredrillError('missing-binary', `missing: python3. Install it, then run 'firedrill setup'`)
  const env = pythonEnvironment()
  const venv = [python, '-m', 'venv', '--clear', environment]
  try {
    await runQuietly(venv, { env })
  } catch (error) {
    const prefix = aptPrefix()
    if (prefix === null) {
      throw new FiredrillError('missing-binary', `Python cannot make a virtual environment: run 'sudo apt-get install python3-venv'`, {
        cause: error,
      })
    }
    await aptInstall(prefix, ['python3-venv'], say)
    await runQuietly(venv, { env })
  }
  // Not its script, whose first line contains the path; and never into the user's home, whatever their settings say.
  const pip = [path.join(environment, 'bin', 'python'), '-m', 'pip', 'install', '--no-user', '--quiet', '--disable-pip-version-check']
  await runQuietly([...pip, '-r', file], { env })
  await writeFile(stamp, requirements)
}

/** Runs a command; on failure throws with the last lines of its output, at most this many. */
async function runQuietly(
  command: string[],
  { timeoutMs = 900_000, env = process.env, told = 8 }: { timeoutMs?: number; env?: NodeJS.ProcessEnv; told?: number } = {},
): Promise<string> {
  const [file = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, env })
    let output = ''
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => reject(new FiredrillError('missing-binary', `${file} could not be run`, { cause: error })))
    child.on('close', (code) => {
      if (code === 0) return resolve(output)
      const tail = output.trim().split('\n').slice(-told).join('\n')
      reject(new FiredrillError('component-failed', `'${command.join(' ')}' failed (${code}):\n${tail}`))
    })
  })
}
