import { serviceNames } from '../model/components.ts'
import { etcFiles, home } from './jail.ts'
import { hostsFile, type Place } from './places.ts'

/** In /etc/shop: the settings of each service and each datastore, the mesh's policy and the feature flags. */
export const settingsFiles = [
  ...serviceNames.map((service) => `${service}.env`),
  'postgresql.conf',
  'redis.conf',
  'rabbitmq.conf',
  'mesh.yaml',
  'flags.json',
]
/** Placeholders for these files: they are on the shop's side, and belong to root. */
export const settingsNotice = (file: string): string =>
  `# This is root's: read it with 'sudo cat /etc/shop/${file}', edit it with 'sudoedit /etc/shop/${file}'.\n`

/** The jail's own /etc: one user, one group, the names of the shop, and nothing of this machine. */
export function etcOf(uid: number, all: readonly Place[]): Record<(typeof etcFiles)[number], string> {
  return {
    passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\noncall:x:${uid}:${uid}:on call:${home}:/bin/bash\n`,
    group: `root:x:0:\noncall:x:${uid}:\n`,
    hosts: hostsFile(all),
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n',
    'resolv.conf': '',
  }
}
