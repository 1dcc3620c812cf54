import { shiftPeopleTemplate } from './people-template.ts'

/** The files of a shift that is to be filled in. */
export const shiftTemplate = (id: string, { withPeople }: { withPeople: boolean }): Record<string, string> => ({
  'shift.yaml': `# yaml-language-server: $schema=../shift.schema.json
id: ${id}
title: ${id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())}
# Shown in the catalogue: who has this shift, and when. Never what comes in it.
summary: An ordinary afternoon, and you have the pager.
difficulty: beginner
limit: 30m
# Two to six. Their numbers follow from the times at which they begin.
incidents:
  - at: 2m
    scenario: slow-shelves
    # The checks that fail because of it: users-served, orders-fulfilled, prices-current, components-ready, queue-drained.
    breaks: [users-served]
    # now, soon or later. Of two that are open, the more urgent one is to be mitigated first.
    urgency: now
    why: Everybody who browses waits.
  - at: 4m
    scenario: two-truths
    breaks: [prices-current]
    urgency: soon
    why: Customers pay another price than they saw. Nobody waits, and nothing fails.
# What pages and needs nobody: a fault that is over by itself. 'firedrill fault list' names the faults and their parameters.
noise:
  - at: 15m
    fault: slow-bank
    params: { latencyMs: 2500 }
    for: 25s
    alerts: [CheckoutLatencyBudgetBurn, CheckoutErrorBudgetBurn]
    what: The payment provider was slow for half a minute, and fast again before anybody could have called them.
`,
  'brief.md': `It is Tuesday, 2 pm. You have the pager of **Corner Shop** for the next half hour.

The colleague before you has left a note:

> What was done today, and what is planned. Nothing here names a cause.

Before you leave, write a note for the next one (**Handover**).
`,
  'debrief.md': `## What this shift was about

## What to look for

## Takeaways
`,
  ...(withPeople ? { 'people.yaml': shiftPeopleTemplate } : {}),
})
