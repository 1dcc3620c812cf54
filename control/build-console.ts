import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError, errorCode } from '../model/errors.ts'
import { projectRoot } from './paths.ts'

/** Builds the console when its sources have changed since it was last built. */
export async function buildConsole(say: (line: string) => void): Promise<void> {
  const sources = globSync(['console/**/*.{ts,tsx,css,html}', 'model/*.ts', 'package-lock.json'], {
    cwd: projectRoot,
    exclude: ['console/dist/**'],
  })
  const hash = createHash('sha256')
  for (const file of sources.sort()) hash.update(file).update(readFileSync(path.join(projectRoot, file)))
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
