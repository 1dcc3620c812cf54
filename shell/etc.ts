import { etcFiles, home } from './jail.ts'
import { hostsFile, type Place } from './places.ts'

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
