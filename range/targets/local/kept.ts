import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { describeError } from '../../../model/errors.ts'
import { readWhole } from '../../whole-file.ts'

/**
 * Reads a file that a range can do without: returns `fresh` if it is missing or damaged. A damaged one is renamed with the suffix `.damaged`, so that
 * nothing fails because of it.
 */
export function keptIn<Kept>(file: string, schema: z.ZodType<Kept>, fresh: Kept): Kept
export function keptIn<Kept>(file: string, schema: z.ZodType<Kept>, fresh: null): Kept | null
export function keptIn<Kept>(file: string, schema: z.ZodType<Kept>, fresh: Kept | null): Kept | null {
  const text = readWhole(file)
  if (text === null) return fresh
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const name = path.basename(file)
    process.stderr.write(`${file} is damaged (${describeError(error)}): it is left as ${name}.damaged, and the range goes on without it\n`)
    // Another process may have just done it.
    if (existsSync(file)) renameSync(file, `${file}.damaged`)
    return fresh
  }
}
