import { globSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from '../../control/paths.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { PathView } from '../../model/learning-path.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { bold, dim, green, print, printJson, printTable, red } from '../output.ts'

export const pathsCommand = () =>
  command('paths')
    .argument('[id]', 'one path, with its steps and what to read')
    .option('--lint', 'check the files of paths/, without a range', false)
    .action(async (id: string | undefined, options: CommonOptions & { lint: boolean }) => {
      if (options.lint) return lint(options.json ?? false)
      const { paths } = await apiClient(openState(options), 'trainee').get('/api/paths')
      const one = paths.find((each) => each.id === id)
      if (id !== undefined && !one)
        throw new FiredrillError('not-found', `there is no path '${id}': choose ${paths.map((each) => each.id).join(', ')}`)
      if (options.json) return printJson(one ?? paths)
      if (one) return show(one)
      printTable(
        paths.map(({ id: name, title, steps, next, recommended }) => ({
          id: name,
          title,
          done: `${steps.filter(({ resolved }) => resolved).length} of ${steps.length}`,
          next: next ?? '',
          '': recommended ? 'recommended' : '',
        })),
      )
    })

function show({ title, why, before, steps, after, next }: PathView): void {
  print(`${bold(title)}\n${why}\n\nRead before:`)
  for (const { title: what, url } of before) print(`  ${what} ${dim(url)}`)
  print()
  for (const { scenario, title: name, why: teaches, playable, resolved } of steps)
    print(
      `  ${resolved ? green('●') : '○'} ${name} ${dim(`${scenario}${playable ? '' : ', cannot be played on this range'}`)}\n      ${teaches}`,
    )
  print('\nRead after:')
  for (const { title: what, url } of after) print(`  ${what} ${dim(url)}`)
  if (next !== null) print(`\nnext: firedrill drill start ${next}`)
}

async function lint(json: boolean): Promise<void> {
  const [{ checkPath }, { describeProblem, loadScenarios }] = await Promise.all([
    import('../../drills/paths.ts'),
    import('../../drills/scenarios.ts'),
  ])
  const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
  const files = globSync('*.yaml', { cwd: path.join(projectRoot, 'paths') })
  const problems = files.flatMap((file) => checkPath(path.join(projectRoot, 'paths', file), scenarios).problems)
  if (json) printJson({ ok: problems.length === 0, problems })
  else if (problems.length === 0) print(green(`${files.length} paths, no problems found`))
  else
    for (const problem of problems)
      print(`${red('error')} ${describeProblem({ ...problem, file: path.relative(process.cwd(), problem.file) })}`)
  if (problems.length > 0) process.exitCode = 1
}
