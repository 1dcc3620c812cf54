import { findProgram } from '../range/binaries.ts'
import { own } from './jail.ts'

/** An on-call engineer's programs: `doctor` names those that this machine lacks, and they are left out. */
const programs: readonly { name: string; debian: string }[] = [
  { name: 'psql', debian: 'postgresql-client' },
  { name: 'redis-cli', debian: 'redis-tools' },
  { name: 'rabbitmqadmin', debian: 'rabbitmq-server' },
  { name: 'promtool', debian: 'prometheus' },
  { name: 'amtool', debian: 'prometheus-alertmanager' },
  { name: 'curl', debian: 'curl' },
  { name: 'jq', debian: 'jq' },
  { name: 'less', debian: 'less' },
  { name: 'vim', debian: 'vim-tiny' },
  { name: 'nano', debian: 'nano' },
  { name: 'ss', debian: 'iproute2' },
  { name: 'lsof', debian: 'lsof' },
  { name: 'top', debian: 'procps' },
  { name: 'strace', debian: 'strace' },
]

/** Needed only if the shop is in a cluster. */
const clusterPrograms: typeof programs = [{ name: 'kubectl', debian: 'kubernetes-client' }]

/** Only what the jail can see: programs in a home are not there. */
const visible = /^\/(usr|bin|sbin)\//

/** The installed ones. */
export const foundPrograms = ({ cluster = false } = {}): { name: string; debian: string; found: boolean }[] =>
  [...programs, ...(cluster ? clusterPrograms : [])].map(({ name, debian }) => ({
    name,
    debian,
    found: visible.test(findProgram([name], ['/usr/bin', '/usr/sbin', '/bin']) ?? ''),
  }))

/**
 * Settings of programs, in files: other users of the machine can read arguments, even of programs in a jail. By their names in the jail's own folder.
 */
export const privateFiles = ({ rabbitmqPassword, token }: { rabbitmqPassword: string; token: string }): Record<string, string> => ({
  'rabbitmqadmin.conf': `[default]\npassword = ${rabbitmqPassword}\n`,
  authorization: `Authorization: Bearer ${token}\n`,
})

/** Wrappers that know where the shop is; by their names in the jail. */
export const wrappers: Record<string, string> = {
  'redis-cli': `#!/bin/sh\nexec /usr/bin/redis-cli -h redis "$@"\n`,
  rabbitmqadmin: `#!/bin/sh\nexec /usr/bin/rabbitmqadmin --config=${own}/rabbitmqadmin.conf --host=rabbitmq --port=15672 --username=oncall "$@"\n`,
  amtool: `#!/bin/sh\nexec /usr/bin/amtool --alertmanager.url=http://alertmanager:9093/alertmanager "$@"\n`,
}

/** The PATH in the jail. PostgreSQL's own psql comes before Debian's wrapper, which reads settings of this machine. */
export function searchPath(): string {
  const psql = findProgram(['psql'], postgresFolders())
  const postgres = psql && postgresFolders().find((folder) => psql.startsWith(`${folder}/`))
  return [`${own}/bin`, ...(postgres ? [postgres] : []), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':')
}

const postgresFolders = (): string[] => ['18', '17', '16', '15', '14', '13'].map((version) => `/usr/lib/postgresql/${version}/bin`)

/** The greeting of a session, in at most ten lines. */
export function motd(has: readonly { name: string; found: boolean }[], { firedrill = false, cluster = false } = {}): string {
  const there = (name: string) => has.some((program) => program.name === name && program.found)
  const proxies = cluster
    ? 'NAME-proxy has the numbers of its sidecar, where there is one'
    : "a service's proxy is NAME-proxy (curl -s orders-proxy/clusters)"
  const lines = [
    'You are on call for the shop. Names: gateway catalog inventory orders payments fulfilment postgres redis rabbitmq prometheus',
    `alertmanager; ${proxies}. Logs: tail -f /var/log/shop/orders.log`,
    ...(cluster ? clusterLines(there('kubectl')) : []),
    ...(there('psql') ? ["Database:   psql -c 'select pid, state, wait_event, query from pg_stat_activity'"] : []),
    ...(there('redis-cli') ? ['Cache:      redis-cli info memory'] : []),
    ...(there('rabbitmqadmin')
      ? [
          `Queue:      ${cluster ? 'rabbitmqadmin list queues name messages' : 'sudo rabbitmqctl list_queues name messages consumers'}; rabbitmqadmin list policies`,
        ]
      : []),
    ...(cluster ? [] : ['Processes:  sudo ps aux, sudo ss -tnp, sudo lsof -i :5432, sudo kill PID   (sudo -l lists them)']),
    ...(there('promtool') ? ["Metrics:    promtool query instant http://prometheus:9090 'up == 0'"] : []),
    ...(there('amtool') ? ['Alerts:     amtool alert'] : []),
    firedrill ? 'Operations: firedrill action list' : `Operations: curl -H @${own}/authorization $FIREDRILL_URL/api/actions`,
    "What you run here is part of the drill's timeline. Do not type secrets.",
  ]
  return `${lines.join('\n')}\n`
}

const clusterLines = (kubectl: boolean): string[] => [
  kubectl
    ? 'Cluster:    kubectl get pods; kubectl describe deploy orders; kubectl rollout undo deploy orders   (kubectl auth can-i --list)'
    : 'Cluster:    kubectl is missing on this host: firedrill doctor says how to install it',
]
