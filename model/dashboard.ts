import { z } from 'zod'

const unit = z.enum(['seconds', 'ratio', 'rps', 'count', 'bytes'])
export type Unit = z.infer<typeof unit>

const query = z.object({
  expr: z.string().describe('PromQL; `$rate` stands for the range of `rate()`.'),
  legend: z.string().describe('Name of each series; `{{label}}` is replaced.'),
})

const panel = z.object({
  title: z.string(),
  unit,
  queries: z.array(query),
  exemplars: z.string().optional().describe('A histogram whose exemplars are drawn as dots; each opens its trace.'),
  threshold: z.object({ value: z.number(), label: z.string() }).optional().describe('A horizontal line: an objective.'),
})
export type Panel = z.infer<typeof panel>

/** Defined once: the console draws it, and Grafana's JSON is generated from it. */
export const dashboard = z.object({
  id: z.string(),
  title: z.string(),
  component: z.string().optional().describe('The service that it shows, for links from alerts and spans.'),
  panels: z.array(panel),
})
export type Dashboard = z.infer<typeof dashboard>
