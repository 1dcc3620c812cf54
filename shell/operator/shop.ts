import { brokerControl } from '../../range/targets/local/queue.ts'
import { postgresDataDir } from '../../range/components/postgres.ts'
import { localNode } from '../../range/components/rabbitmq.ts'
import { shopProcesses } from '../../range/targets/local/shop-processes.ts'
import { mountedVolumes } from '../../range/targets/local/volume-folders.ts'
import { dataDir, type RangeContext } from '../../range/context.ts'
import { asOwnerOf } from '../../range/shop-user.ts'
import { targets } from '../places.ts'
import type { ShopSeen } from './command.ts'

/** The shop on this host, as it is now. */
export const shopSeen = (context: RangeContext): ShopSeen => ({
  pids: shopProcesses(context.dir).map(({ pid }) => pid),
  ports: new Set(
    [...targets().values()].flatMap((target) => (target.kind === 'port' && target.port !== 'control' ? [context.port(target.port)] : [])),
  ),
  disks: [postgresDataDir(context), ...mountedVolumes(context).map(({ folder }) => folder)],
  broker: { file: brokerControl(context), env: localNode(context), ...asOwnerOf(dataDir(context, 'rabbitmq')) },
})
