import { spawn } from 'node:child_process'
import path from 'node:path'
import { cacheDir, projectRoot } from '../../control/paths.ts'
import { buildConsole } from '../../control/build-console.ts'
import { setup, setupBrowser } from '../../range/setup.ts'
import { command } from '../options.ts'
import { print } from '../output.ts'

export const testCommand = () =>
  command('test')
    .argument(
      '[suites...]',
      'check, unit, acceptance or browser (default: all); fuzz, which runs longer than as part of unit; cluster, compose or terraform, which say what they need',
    )
    .action(async (suites: string[]) => {
      await setup(projectRoot, cacheDir, print)
      if (suites.length === 0 || suites.includes('browser')) await setupBrowser(print)
      await buildConsole(print)
      const child = spawn(process.execPath, [path.join(projectRoot, 'test', 'run.ts'), ...suites], {
        stdio: 'inherit',
        cwd: projectRoot,
        env: { ...process.env, FIREDRILL_CACHE: cacheDir },
      })
      process.exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)))
    })
