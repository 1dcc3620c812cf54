import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { writeWhole } from '../whole-file.ts'

/**
 * A file: its path relative to the checkout, size in bytes, modification times of its content and of its inode in milliseconds, and a hash. An edit
 * changes at least one of the times; copying a checkout or switching branches changes only these.
 */
const input = z.tuple([z.string(), z.number(), z.number(), z.number(), z.string()])
const schema = z.object({
  /** The program, in a folder that is never written again. */
  file: z.string(),
  /** Everything that the bundle was built from. */
  inputs: z.array(input),
})
type Input = z.output<typeof input>

const recordOf = (folder: string, name: string): string => path.join(folder, `${name}.json`)

const hashOf = (file: string): string => createHash('sha1').update(readFileSync(file)).digest('base64')

function inputOf(root: string, file: string): Input {
  const absolute = path.join(root, file)
  const { size, mtimeMs, ctimeMs } = statSync(absolute)
  return [file, size, mtimeMs, ctimeMs, hashOf(absolute)]
}

/** The bundle of the current files; null if there is none. Takes some milliseconds: it checks each input. */
export function freshBundle(root: string, folder: string, name: string): string | null {
  try {
    const { file, inputs } = schema.parse(JSON.parse(readFileSync(recordOf(folder, name), 'utf8')))
    const program = path.join(folder, file)
    if (!statSync(program, { throwIfNoEntry: false })) return null
    let touched = false
    const now = inputs.map((before): Input => {
      const [relative, size, mtimeMs, ctimeMs] = before
      const found = statSync(path.join(root, relative))
      if (found.size === size && found.mtimeMs === mtimeMs && found.ctimeMs === ctimeMs) return before
      touched = true
      return inputOf(root, relative)
    })
    if (now.some(([, , , , hash], index) => hash !== inputs[index]?.[4])) return null
    if (touched) keepRecord(folder, name, file, now)
    return program
  } catch {
    // Unreadable, for whatever reason: it is rebuilt, or the program runs without a bundle.
    return null
  }
}

/** A bundle's inputs, unless one of them changed since `startedAt` (milliseconds since 1970): it is unknown then which version is in the bundle. */
export function inputsOf(root: string, files: readonly string[], startedAt: number): Input[] | null {
  const inputs = files.map((file) => inputOf(root, file))
  return inputs.every(([, , , ctimeMs]) => ctimeMs < startedAt) ? inputs : null
}

/** Writes down what a bundle was made of, and which file of the folder it is. */
export function keepRecord(folder: string, name: string, file: string, inputs: Input[]): void {
  writeWhole(recordOf(folder, name), JSON.stringify({ file, inputs }), { mode: 0o644 })
}
