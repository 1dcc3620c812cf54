import { etcFiles, home } from './jail.ts'
import { hostsFile, type Place } from './places.ts'

/** What stands where the settings of a service would be: they are on the shop's side, and root's. */
export const settingsNotice = (service: string): string =>
  `# The settings of ${service} are root's: read them with 'sudo cat /etc/shop/${service}.env', edit them with 'sudoedit /etc/shop/${service}.env'.\n`

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
