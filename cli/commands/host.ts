import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { overlays } from '../../range/context.ts'
import { isMissed, isThere } from '../../range/targets/local/identity.ts'
import type { RangeState } from '../../range/targets/local/state.ts'
import { accept, invite, inviteLoad } from '../../range/targets/hosts/invitation.ts'
import { hostsStatus, type HostsStatus } from '../../range/targets/hosts/range.ts'
import { openLocalRange } from '../../control/wiring.ts'
import { until } from '../../model/until.ts'
import { allowOrigin, command, integer, openState, type CommonOptions } from '../options.ts'
import { green, print, printJson, red } from '../output.ts'
import { untilSteady } from './up.ts'

const runs = (state: RangeState): boolean => {
  return state.exists && isThere(state.run('agent') ?? state.run('control'))
}
function mustBeDown(state: RangeState): void {
  if (runs(state)) throw new FiredrillError('conflict', `the range in ${state.dir} runs: 'firedrill down' first`)
}

async function statusOf(state: RangeState): Promise<HostsStatus> {
  const found = await hostsStatus(openLocalRange(state.dir).context)
  if (found === null) throw new FiredrillError('wrong-state', 'this range is on one host')
  return found
}

interface ObserveOptions extends CommonOptions {
  users?: number
  listen: string
  consoleListen: string
  consoleName?: string[]
  allowOrigin?: string[]
  loadHosts?: number
  cluster?: (typeof overlays)[number]
}

export function hostCommand(): Command {
  return new Command('host')
    .addCommand(observeCommand())
    .addCommand(inviteCommand())
    .addCommand(joinCommand())
    .addCommand(statusCommand())
    .addCommand(watchCommand())
    .addCommand(waitCommand())
}

const observeCommand = () =>
  command('observe', 'make this the monitoring host: console, Prometheus, telemetry, Locust')
    .option('--listen <address>', "the address on which to wait for the shop's host", '0.0.0.0')
    .addOption(new Option('--users <n>', 'simulated users').argParser(integer))
    .option('--console-listen <address>', 'where the console listens', '127.0.0.1')
    .addOption(new Option('--load-hosts <n>', 'number of hosts that will take a share of the users, beside this one').argParser(integer))
    .addOption(
      new Option(
        '--cluster <overlay>',
        'the shop runs in a cluster, to which somebody applies this overlay of deploy/kubernetes/overlays',
      ).choices([...overlays]),
    )
    .option('--console-name <name...>', 'names or addresses by which browsers may know the console, beside the loopback')
    .addOption(allowOrigin())
    .action((options: ObserveOptions) => {
      const state = openState(options)
      mustBeDown(state)
      const config = state.configure({
        ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
        ...(options.users === undefined ? { usersByShop: !options.cluster } : { users: options.users, usersByShop: false }),
        placement: {
          role: 'observability',
          listen: options.listen,
          ...(options.loadHosts ? { loadHosts: options.loadHosts } : {}),
          ...(options.cluster ? { cluster: { kubeconfig: null, overlay: options.cluster, storageClass: null, address: '' } } : {}),
        },
        console: { listen: options.consoleListen, names: options.consoleName ?? [], origins: options.allowOrigin ?? [] },
      })
      if (options.json) printJson({ placement: config.placement, console: config.console })
      else print(`this is the monitoring host; invite the shop's host with 'firedrill host invite'`)
    })

const inviteCommand = () =>
  command('invite', "print the invitation with which the shop's host joins; it holds secrets, and invalidates earlier ones")
    .requiredOption('--address <host[:port]>', 'the address under which the other host reaches this one')
    .option('--load', 'invite load hosts, as many as you like; other invitations stay valid', false)
    .option(
      '--into-cluster',
      'store it, and the one for load hosts, as the Secrets that the manifests wait for, in the cluster of KUBECONFIG or of this pod',
      false,
    )
    .action(async (options: CommonOptions & { address: string; load: boolean; intoCluster: boolean }) => {
      const state = openState(options)
      if (options.load && !options.intoCluster) {
        process.stdout.write(`${JSON.stringify(inviteLoad(state, options.address))}\n`)
        return
      }
      const made = await invite(state, options.address)
      if (options.intoCluster) {
        const { introduce } = await import('../../range/targets/kubernetes/introduce.ts')
        const { placement } = state.config()
        await introduce(made, placement.role === 'observability' && placement.loadHosts ? inviteLoad(state, options.address) : null)
      }
      if (runs(state)) await openLocalRange(state.dir).restart('agent')
      if (!options.intoCluster) process.stdout.write(`${JSON.stringify(made)}\n`)
      else if (options.json) printJson({ invited: true })
      else print('the cluster has the invitation')
    })

const joinCommand = () =>
  command('join', "make this the shop's host, or a load host, with an invitation from standard input").action(
    async (options: CommonOptions) => {
      const state = openState(options)
      mustBeDown(state)
      const { role, observability } = accept(state, await text(process.stdin))
      if (options.json) printJson({ role, observability })
      else print(`this is ${role === 'shop' ? "the shop's host" : 'a load host'}, and it connects to ${observability}: run 'firedrill up'`)
    },
  )

const statusCommand = () =>
  command('status', 'show whether the hosts are connected, and how far their clocks differ').action(async (options: CommonOptions) => {
    const state = openState(options)
    const found = await statusOf(state)
    if (options.json) return printJson({ role: state.config().placement.role, ...found })
    print(found.connected ? green('connected') : red('the other host is unavailable'))
    if (found.loadHosts > 0) print(`load hosts: ${found.loadHosts}`)
    if (found.roundTripMs !== null) print(`round trip ${found.roundTripMs.toFixed(1)} ms`)
    if (found.clockOffsetMs !== null)
      print(`the shop's clock is ${Math.abs(found.clockOffsetMs).toFixed(1)} ms ${found.clockOffsetMs < 0 ? 'behind' : 'ahead'}`)
  })

const watchCommand = () =>
  command('watch', 'restart the agent of this host, and Locust on a load host, whenever they exit; runs until it is stopped').action(
    async (options: CommonOptions) => {
      const target = openLocalRange(options.dir)
      const { role } = target.context.config.placement
      if (role === 'all') throw new FiredrillError('wrong-state', 'this range is on one host')
      const watched = role === 'load' ? (['agent', 'locust'] as const) : (['agent'] as const)
      for (;;) {
        for (const name of watched) {
          if (!isMissed(target.state.run(name))) continue
          print(`${name} has exited: restarting it`)
          await target.start(name).catch((error: unknown) => print(red(describeError(error))))
        }
        await delay(1_000)
      }
    },
  )

const waitCommand = () =>
  command('wait', "wait until the shop's host is connected and the range is steady")
    .option('--seconds <n>', 'how long to wait at most', integer, 180)
    .action(async (options: CommonOptions & { seconds: number }) => {
      const state = openState(options)
      if (state.config().placement.role !== 'observability') throw new FiredrillError('wrong-state', 'run this on the monitoring host')
      const giveUpAt = Date.now() + options.seconds * 1_000
      await until("the shop's host", options.seconds * 1_000, async () => (await statusOf(state)).connected)
      await untilSteady(state, giveUpAt - Date.now())
      if (options.json) printJson({ steady: true })
      else print(green('the range is steady'))
    })
