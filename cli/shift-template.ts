import { shiftPeopleTemplate } from './people-template.ts'

/** The files of a new shift, to be filled in. */
export const shiftTemplate = (id: string, { withPeople }: { withPeople: boolean }): Record<string, string> => ({
  'shift.yaml': `# yaml-language-server: $schema=../shift.schema.json
id: ${id}
title: ${id.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase())}
# Shown in the list: what shift this is, and when. Never what happens in it.
summary: An ordinary afternoon, and you have the pager.
difficulty: beginner
limit: 30m
# Two to six. Their numbers follow from the times at which they begin.
incidents:
  - at: 2m
    scenario: slow-shelves
    # The checks that fail because of it: users-served, orders-fulfilled, prices-current, components-ready, queue-drained.
    breaks: [users-served]
    # now, soon or later. Of two open incidents, the more urgent one is to be mitigated first.
    urgency: now
    why: Everybody who browses waits.
  - at: 4m
    scenario: two-truths
    breaks: [prices-current]
    urgency: soon
    why: Customers pay a different price from the one they saw. Nobody waits, and nothing fails.
# Pages that need no action: each comes from a fault that ends by itself. 'firedrill fault list' names the faults and their parameters.
noise:
  - at: 15m
    fault: slow-bank
    params: { latencyMs: 2500 }
    for: 25s
    alerts: [CheckoutLatencyBudgetBurn, CheckoutErrorBudgetBurn]
    what: The payment provider was slow for half a minute, and fast again before anybody could have called them.
`,
  'brief.md': `It is Tuesday, 2 pm. You have the pager of **Corner Shop** for the next half hour.

Your predecessor has left a note:

> What was done today, and what is planned. Nothing here names a cause.

Before you leave, write a note for the next shift (**Handover**).
`,
  'debrief.md': `## What this shift was about

## What to look for

## Takeaways
`,
  ...(withPeople ? { 'people.yaml': shiftPeopleTemplate } : {}),
})
