import { Option } from 'commander'
import { clusterWithShop, hostRoles, type HostRole } from '../../range/context.ts'
import { ensureBundles } from '../../range/bundle/bundle.ts'
import { hasConsole } from '../../range/topology.ts'
import { findBinaries, libfaketime } from '../../range/binaries.ts'
import { describeMachine, measureMachine, usersFor } from '../../range/machine.ts'
import { available, describePrecedence } from '../../range/targets/local/precedence.ts'
import { setup } from '../../range/setup.ts'
import { shopUserTrouble } from '../../range/shop-user.ts'
import { shopUserName } from '../../range/users.ts'
import { bundledOn } from '../../shell/firedrill.ts'
import { foundPrograms } from '../../shell/own-programs.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { assessmentTroubles } from '../../control/assessment.ts'
import { buildConsole } from '../../control/build-console.ts'
import { cacheDir, projectRoot } from '../../control/paths.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { dim, green, print, printJson, red, yellow } from '../output.ts'

export const setupCommand = () =>
  command('setup')
    .addOption(new Option('--role <role>', 'check only what a host with this role needs').choices(hostRoles).default('all'))
    .action(async (options: CommonOptions & { role: HostRole }) => {
      const say = (line: string) => void (options.json || print(line))
      const binaries = await setup(projectRoot, cacheDir, say, options.role)
      if (hasConsole(options.role)) await buildConsole(say)
      await ensureBundles(projectRoot, cacheDir, bundledOn(options.role), say)
      if (options.json) printJson({ ok: true, binaries })
      else print(green('everything is there'))
    })

export const doctorCommand = () =>
  command('doctor').action(async (options: CommonOptions) => {
    const found = findBinaries(cacheDir, openState(options).role)
    const reports = found.map(({ source, path }) => ({
      name: source.names[0] ?? source.binary,
      path,
      remedy: path ? null : source.debian ? `sudo apt-get install ${source.debian}` : `firedrill setup`,
      variable: source.variable,
    }))
    const ok = reports.every((report) => report.path !== null)
    const state = openState(options)
    const precedence = describePrecedence(state.hasPrecedence ? state.precedence() : available())
    const assessment = assessmentTroubles(projectRoot, state.dir)
    const machine = await measureMachine()
    const users = usersFor(machine)
    const cluster = state.exists && clusterWithShop(state.config().placement) !== undefined
    const binaries = { ...Object.fromEntries(found.map(({ source, path }) => [source.binary, path ?? undefined])), node: process.execPath }
    const hasShop = (state.role === 'all' && !cluster) || state.role === 'shop'
    const asRoot = hasShop ? shopUserTrouble({ dir: state.dir, root: projectRoot, binaries }) : null
    const clocks = hasShop ? libfaketime() : null
    const terminal = { trouble: await jailTrouble(), missing: foundPrograms({ cluster }).filter(({ found }) => !found) }
    if (options.json)
      printJson({
        ok,
        node: process.version,
        precedence,
        machine: { ...machine, users },
        programs: reports,
        asRoot,
        assessment,
        clocks,
        terminal,
      })
    else {
      print(`${green('✓')} node ${process.version} ${dim(process.execPath)}`)
      for (const { name, path, remedy, variable } of reports) {
        print(
          path ? `${green('✓')} ${name} ${dim(path)}` : `${red('✗')} ${name} is missing: run '${remedy}', or set ${variable} to its path`,
        )
      }
      print(`${green('✓')} this machine ${dim(`${describeMachine(machine)}; a new range has ${users} users here`)}`)
      print(`${green('✓')} monitoring takes precedence over the shop ${dim(precedence)}`)
      if (asRoot !== null) print(`${yellow('!')} the shop runs as root: ${asRoot}`)
      else if (hasShop && process.getuid?.() === 0) print(`${green('✓')} the shop runs as a user of its own ${dim(shopUserName)}`)
      print(
        terminal.trouble
          ? `${yellow('!')} no terminal for trainees: ${terminal.trouble}`
          : `${green('✓')} a terminal for trainees, in a jail of its own`,
      )
      if (terminal.missing.length > 0) {
        const names = terminal.missing.map(({ name }) => name).join(', ')
        const packages = [...new Set(terminal.missing.map(({ debian }) => debian))].join(' ')
        print(`${yellow('!')} not in the terminal: ${names} ${dim(`'sudo apt-get install ${packages}' adds them`)}`)
      }
      if (clocks !== null) print(`${green('✓')} clocks of services can be wrong ${dim(clocks)}`)
      else if (hasShop) print(`${yellow('!')} no faults of clocks ${dim(`'sudo apt-get install libfaketime' adds them`)}`)
      if (assessment.length === 0) print(`${green('✓')} nobody else on this machine may read the answers`)
      for (const trouble of assessment) print(`${yellow('!')} for assessments: ${trouble}`)
    }
    process.exitCode = ok ? 0 : 1
  })
