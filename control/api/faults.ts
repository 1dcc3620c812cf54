import { z } from 'zod'
import { fingerprint, orderInvariants } from '../../drills/baseline.ts'
import { faults } from '../../drills/faults/registry.ts'
import { injectFault } from '../../model/api.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { AnyFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import type { Api, ApiContext } from './context.ts'

/** Whether the range lacks what the fault needs with whatever parameters: those that need more are refused when they are to go in. */
const lacksAnyway = ({ needs }: AnyFault, { lacks }: Pick<Range, 'lacks'>): boolean =>
  needs?.({}).some((feature) => lacks.includes(feature)) ?? false

/** For instructors only: nothing here may be seen before a debrief. */
export function faultRoutes(app: Api, { injector, ledger, range, engine, sampler }: ApiContext): void {
  const config = { access: 'instructor' } as const

  app.get('/api/faults', { config }, async () => ({
    faults: faults
      .filter((fault) => (fault.category !== 'cluster' || range.cluster !== null) && !lacksAnyway(fault, range))
      .map(({ id, title, effect, category, params, ramps }) => ({
        id,
        title,
        effect,
        category,
        ramps: ramps ?? [],
        params: z.toJSONSchema(params, { io: 'input' }),
      })),
    open: ledger.openFaults(),
    /** Of the last day. */
    history: ledger.faultsSince(Date.now() - 24 * 3_600_000),
  }))
  app.post('/api/faults/:id', { config, schema: { params: z.object({ id: z.string() }), body: injectFault } }, async (request, reply) => {
    const { params, forMs, ramp } = request.body
    const resolved = injector.resolve(request.params.id, params)
    engine.mustBeRestored()
    if (!engine.running() && ledger.openFaults().length === 0 && !(await engine.health.currentVerdict()).healthy) {
      throw new FiredrillError('range-not-steady', 'the range is not steady: a fault goes only into a healthy one')
    }
    // The last look before it is on its way, from when on no drill begins.
    engine.mustTakeChanges()
    return reply.code(201).send(await injector.injectResolved(resolved, { forMs, drill: null, ramp }))
  })
  app.delete('/api/faults/:instance', { config, schema: { params: z.object({ instance: z.string() }) } }, async (request) => {
    await injector.revert(request.params.instance)
    return ledger.fault(request.params.instance)
  })
  app.delete('/api/faults', { config }, async () => ({ reverted: (await injector.revertAll()).length }))

  // Of a range that is being restored nothing can be said yet: settings are back before the services that read them.
  app.get('/api/fingerprint', { config }, async () => {
    await engine.settled()
    return fingerprint(range)
  })
  /** What the oracle has seen of the range over the last minutes, once a second. */
  app.get('/api/samples', { config }, async () => ({ samples: sampler.samples() }))
  app.get('/api/invariants', { config }, async () => ({ violations: await orderInvariants(range) }))
  app.post('/api/reset', { config }, async () => {
    if (engine.running()) throw new FiredrillError('conflict', 'a drill is running: finish or abort it first')
    await engine.restore()
    return fingerprint(range)
  })
}
