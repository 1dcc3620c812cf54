import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCommand } from './read-command.ts'

const looks = (line: string) =>
  readCommand(line).looks.map(({ view, component, answeredBy }) => `${view} ${component} ${answeredBy ?? '-'}`)

test('commands are looks at what they query', () => {
  const told: Record<string, string[]> = {
    psql: ['database postgres postgres'],
    "psql -c 'select * from pg_stat_activity'": ['database postgres postgres'],
    'PGOPTIONS="-c statement_timeout=1s" psql -Atc "select 1" | less': ['database postgres postgres'],
    'watch -n 1 "psql -c select"': [],
    'watch -n 1 psql -c "select 1"': ['database postgres postgres'],
    'redis-cli info memory': ['cache redis redis'],
    'time timeout -k 1 5 redis-cli -n 0 --scan': ['cache redis redis'],
    '/usr/bin/redis-cli -h redis slowlog get': ['cache redis redis'],
    'rabbitmqadmin list queues name messages': ['queue rabbitmq rabbitmqManagement'],
    'curl -su oncall:x http://rabbitmq:15672/api/queues | jq .': ['queue rabbitmq rabbitmqManagement'],
    'curl -s orders-proxy/clusters': ['mesh orders orders-proxy'],
    "for n in catalog; do curl -s 'http://catalog-proxy/stats?filter=upstream'; done": ['mesh catalog catalog-proxy'],
    'curl -s orders/metrics | grep http': ['dashboard orders orders'],
    'tail -f /var/log/shop/orders.log': ['logs orders -'],
    'cd /var/log/shop && grep -c error payments.log': ['logs payments -'],
    'jq -r .msg /var/log/shop/orders-proxy.log >/tmp/x': ['logs orders -'],
    'kubectl logs deploy/orders --tail 20': ['logs orders kubernetes'],
    'kubectl logs -f orders-7d9f6bc5d4-x2x9q -c istio-proxy | grep 503': ['logs orders kubernetes'],
    'kubectl logs -l app=payments': ['logs payments kubernetes'],
    'kubectl logs --selector=app=payments --tail 5': ['logs payments kubernetes'],
    'kubectl logs --selector app=payments': ['logs payments kubernetes'],
    'kubectl logs -lapp=payments': ['logs payments kubernetes'],
    'kubectl describe pod postgres-0': ['deploys postgres kubernetes'],
    'kubectl get deploy catalog -o yaml': ['deploys catalog kubernetes'],
    'kubectl -n shop describe deploy/orders svc/orders': ['deploys orders kubernetes', 'dashboard orders kubernetes'],
    'kubectl get pods -l app=redis': ['deploys redis kubernetes'],
    'kubectl rollout history deploy/inventory': ['deploys inventory kubernetes'],
    'kubectl get vs orders -o yaml': ['mesh orders kubernetes'],
    'sudo rabbitmqctl list_queues name messages': ['queue rabbitmq operator'],
    'sudo -n rabbitmqctl -q status': ['queue rabbitmq operator'],
    'cd /tmp ⏎ psql -c "select 1"': ['database postgres postgres'],
  }
  for (const [line, places] of Object.entries(told)) assert.deepEqual(looks(line), places, line)
})

test('a command of Redis that nobody knows changes nothing', () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal(readCommand(`redis-cli ${name} x`).changes, false, name)
})

test('a command that only mentions a component is no look at it', () => {
  for (const line of [
    '',
    'echo psql',
    'ls /var/log/shop/orders.log',
    'psql --version',
    'man redis-cli',
    'which curl',
    'curl https://orders.example.com/metrics',
    'curl orders/ready',
    'cat "psql -c',
    'tail /var/log/shop/*.log',
    '# psql -c "select 1"',
    'grep psql ~/.bash_history',
    'rabbitmqadmin --help',
    'sudo rabbitmqctl help',
    'rabbitmqctl list_queues',
    'kubectl get pods',
    'kubectl get events --sort-by .lastTimestamp',
    'kubectl get deploy orders --help',
    'kubectl describe deploy',
    'kubectl auth can-i --list',
    'kubectl explain deployment',
    // Names that every object inherits.
    'constructor psql',
    '__proto__ psql',
    'redis-cli --help constructor',
    'kubectl get constructor/orders',
    'kubectl get __proto__ orders',
  ])
    assert.deepEqual(looks(line), [], line)
})

test('commands that change the shop are distinguished from those that only look, and from other uses of the same word', () => {
  const changing = [
    'psql -c "select pg_terminate_backend(4711)"',
    'if true; then psql -Atc "drop index orders.x"; fi',
    'psql -c "create index concurrently on orders.orders (id)"',
    "psql --command='UPDATE inventory.stock SET quantity = 1'",
    'redis-cli del price:P1',
    'redis-cli -h redis FLUSHALL',
    'redis-cli config set maxmemory 64mb',
    'rabbitmqadmin purge queue name=orders.fulfilment',
    'curl -X POST orders-proxy/reset_counters',
    'curl -XDELETE -u oncall:x rabbitmq:15672/api/queues/%2F/x',
    'curl --json "{}" catalog/prices',
    'sudo kill -9 4711',
    "redis-cli --scan --pattern 'a:*' | xargs -n 10 redis-cli del",
    'sudo /bin/kill 4711',
    'kubectl rollout undo deploy/catalog',
    'kubectl rollout restart deploy orders',
    'kubectl scale deploy orders --replicas=2',
    'kubectl delete pod orders-7d9f6bc5d4-x2x9q',
    "kubectl patch svc orders -p '{}'",
    'kubectl set env deploy/orders DB_POOL_MAX-',
    'kubectl edit deploy orders',
    'kubectl apply -f ~/orders.yaml',
  ]
  const looking = [
    'psql -c "select updated_at, created from orders.orders"',
    'redis-cli config get maxmemory',
    'redis-cli get delete',
    'rabbitmqadmin list bindings',
    'curl -s orders-proxy/clusters',
    'curl -d x https://example.com/',
    'echo "drop table"',
    'rm -rf ~/x',
    'kill %1',
    'sudo kill -0 4711',
    'sudo ps aux | grep kill',
    'kubectl rollout status deploy/catalog',
    'kubectl get pods --watch',
    'kubectl delete pod orders-1 --dry-run=server',
  ]
  for (const line of changing) assert.equal(readCommand(line).changes, true, line)
  for (const line of looking) assert.equal(readCommand(line).changes, false, line)
})

test('a command is as harmful as the action that does the same', () => {
  const same = (line: string) => readCommand(line).sameAs
  assert.deepEqual(same('redis-cli flushall'), { action: 'flush-cache', params: {} })
  assert.deepEqual(same('rabbitmqadmin purge queue name=orders.fulfilment'), {
    action: 'purge-queue',
    params: { queue: 'orders.fulfilment' },
  })
  assert.deepEqual(same('psql -c "select pg_terminate_backend( 12 )"'), { action: 'terminate-session', params: { pid: 12 } })
  assert.equal(same('redis-cli info'), undefined)
  const restarted = { action: 'restart', params: { component: 'postgres' } }
  assert.deepEqual(same('kubectl delete pod postgres-0'), restarted)
  assert.deepEqual(same('kubectl rollout restart sts/postgres'), restarted)
  assert.deepEqual(same('kubectl scale deploy/orders --replicas 3'), {
    action: 'scale-deployment',
    params: { service: 'orders', replicas: 3 },
  })
  assert.equal(same('kubectl delete job orders'), undefined)
})
