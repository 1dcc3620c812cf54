import path from 'node:path'
import { writeFileSync } from 'node:fs'
import { describeProblem, type ScenarioProblem } from '../drills/scenarios.ts'
import type { CommonOptions } from './options.ts'
import { green, print, printJson, red } from './output.ts'

/** The folder that an author names by its id, its folder or its file. */
export const folderIn =
  (all: string, file: string) =>
  (id: string): string => {
    if (path.basename(id) === file) return path.resolve(path.dirname(id))
    return id.includes(path.sep) ? path.resolve(id) : path.join(all, id)
  }

/** Writes texts by their names into a folder; returns the files. */
export const writeTexts = (folder: string, texts: Readonly<Record<string, string>>): string[] =>
  Object.entries(texts).map(([name, text]) => {
    const file = path.join(folder, name)
    writeFileSync(file, text)
    return file
  })

export const isError = ({ level }: ScenarioProblem): boolean => level === 'error'

/** Prints all mistakes, or that there are none in this many files; an error makes the command fail. */
export function tellProblems(problems: readonly ScenarioProblem[], { json }: CommonOptions, count: number, what: string): void {
  if (json) printJson({ ok: !problems.some(isError), problems })
  else {
    for (const problem of problems) {
      const shown = describeProblem({ ...problem, file: path.relative(process.cwd(), problem.file) })
      print(`${isError(problem) ? red('error') : 'warning'} ${shown}`)
    }
    if (problems.length === 0) print(green(`${count === 1 ? `1 ${what}` : `${count} ${what}s`}, no problems found`))
  }
  if (problems.some(isError)) process.exitCode = 1
}
