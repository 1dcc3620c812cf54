import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'
import { projectRoot } from '../control/paths.ts'

/** The content of a file of the project; its path is relative to the project's root. */
export const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8')

/** The project's own files that match, without tests. */
export const ours = (patterns: string[]): string[] =>
  globSync(patterns, { cwd: projectRoot }).filter((file) => !file.endsWith('.test.ts') && !file.includes('node_modules'))

/** The readable texts of a source file: its strings, templates and JSX, without imports' paths and comments. */
export function textsOf(source: string, file: string): { text: string; start: number }[] {
  const texts: { text: string; start: number }[] = []
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (typeof node !== 'object' || node === null) return
    const { type, value, start } = node as { type?: string; value?: unknown; start: number }
    if ((type === 'Literal' || type === 'JSXText') && typeof value === 'string') texts.push({ text: value, start })
    else if (type === 'TemplateElement') texts.push({ text: (value as { raw: string }).raw, start })
    else for (const child of Object.values(node)) walk(child)
  }
  walk(parseSync(file, source).program.body)
  return texts
}

/** The comments of a source file. */
export const commentsOf = (source: string, file: string): { text: string; start: number }[] =>
  parseSync(file, source).comments.map(({ value, start }) => ({ text: value, start }))
