import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError, errorCode } from '../model/errors.ts'
import { projectRoot } from './paths.ts'

/**
 * The files that the built console depends on, relative to the checkout: its own, those of the folders that it imports, and the versions of packages.
 */
export const consoleSources = (root: string): string[] =>
  globSync(['console/**/*.{ts,tsx,js,css,html}', '{model,people}/**/*.ts', 'package-lock.json'], {
    cwd: root,
    exclude: ['console/dist/**', '**/*.test.{ts,tsx}'],
  }).toSorted()

/** Builds the console if its sources have changed since the last build. */
export async function buildConsole(say: (line: string) => void): Promise<void> {
  const hash = createHash('sha256')
  for (const file of consoleSources(projectRoot)) hash.update(file).update(readFileSync(path.join(projectRoot, file)))
  const digest = hash.digest('hex')
  const stamp = path.join(projectRoot, 'console', 'dist', '.sources')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  say('building the console')
  const { build } = await import('vite')
  try {
    await build({ root: path.join(projectRoot, 'console'), logLevel: 'warn' })
    writeFileSync(stamp, digest)
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error
    throw new FiredrillError(
      'bad-request',
      `the console has to be built, and ${path.dirname(stamp)} cannot be written: run 'firedrill setup' once where it can be, or in a copy of the checkout`,
      { cause: error },
    )
  }
}
