import { componentNamed } from '../evidence.ts'
import { defineEvidence, type CommandLook } from './command.ts'

/** Printing or searching a component's log is a look at it. A pattern over all logs is no look. */
export const logs = defineEvidence({
  id: 'logs',
  programs: [
    'tail',
    'head',
    'cat',
    'tac',
    'less',
    'more',
    'view',
    'vim',
    'vi',
    'nano',
    'grep',
    'egrep',
    'zgrep',
    'awk',
    'sed',
    'jq',
    'cut',
    'sort',
  ],
  read(words, program) {
    const looks = words.flatMap((word): CommandLook[] => {
      const name = /(?:^|\/)([a-z-]+)\.log$/.exec(word)?.[1]
      const component = componentNamed(name)
      return component === null ? [] : [{ view: 'logs', component, detail: `the log of ${name} by ${program}`, answeredBy: null }]
    })
    return { looks, changes: false }
  },
})
