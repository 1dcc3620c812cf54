import { handovers } from './handovers.ts'
import { investigate } from './investigate.ts'
import { people } from './people.ts'
import { respond } from './respond.ts'
import { tickets } from './tickets.ts'
import type { Tool } from './tool.ts'

/** All tools for agents. */
export const tools: readonly Tool[] = [...investigate, ...respond, ...people, ...handovers, ...tickets]
