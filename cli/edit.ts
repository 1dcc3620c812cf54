import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FiredrillError } from '../model/errors.ts'

/** A text as somebody left it in their editor, and the file in which it is. */
interface Draft {
  file: string
  text: string
}

/** As git does, where nobody has chosen. */
const usual = (): string | undefined =>
  ['vim', 'vi', 'nano'].find((name) => (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(path.join(folder, name))))

/** Lets somebody edit a text, and does something with what they wrote; where that fails, it is kept, and they are told where. Throws when the editor failed. */
export async function edit(name: string, before: string, take: (draft: Draft) => Promise<void>): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || usual()
  if (!editor) throw new FiredrillError('missing-binary', 'there is no editor: install vim or nano, or set EDITOR')
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-'))
  const file = path.join(folder, name)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  writeFileSync(file, before)
  // As git does: the variable may have arguments of its own.
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
