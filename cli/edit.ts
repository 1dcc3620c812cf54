import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FiredrillError } from '../model/errors.ts'

/** A text after editing, and its file. */
interface Draft {
  file: string
  text: string
}

/** Git's own default. */
const usual = (): string | undefined =>
  ['vim', 'vi', 'nano'].find((name) => (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(path.join(folder, name))))

/**
 * Lets somebody edit a text, and calls a function with the result; if that fails, the file is kept, and its path is reported. Throws if the editor
 * failed.
 */
export async function edit(name: string, before: string, take: (draft: Draft) => Promise<void>): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || usual()
  if (!editor) throw new FiredrillError('missing-binary', 'there is no editor: install vim or nano, or set EDITOR')
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-'))
  const file = path.join(folder, name)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  writeFileSync(file, before)
  // As in git: the variable may include arguments.
  const { status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' })
  if (status !== 0) {
    remove()
    throw new FiredrillError('bad-request', `${editor} exited with an error: nothing has changed`)
  }
  try {
    await take({ file, text: readFileSync(file, 'utf8') })
  } catch (error) {
    process.stderr.write(`what you wrote is in ${file}\n`)
    throw error
  }
  remove()
}
