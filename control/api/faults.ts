import { fingerprint, orderInvariants } from '../../drills/baseline.ts'
import { faults, lackedFor } from '../../drills/faults/registry.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { AnyFault, OfferedFault } from '../../model/fault.ts'
import type { ParamsSchema } from '../../model/params.ts'
import type { Range } from '../../model/range.ts'
import type { Api, ApiContext } from './context.ts'
import { parametersOf } from './parameters.ts'
import { serve } from './serve.ts'

type Limited = Pick<Range, 'lacks'>

function offered(fault: AnyFault, range: Limited): OfferedFault {
  const { id, title, effect, category, ramps = [] } = fault
  const params = parametersOf(fault.params)
  const lacks = lackedFor(fault, {}, range)
  return {
    id,
    title,
    effect,
    category,
    ramps: [...ramps],
    params,
    lacks,
    lacksWith: lackedByChoice(fault, params, { range, lacks }),
  }
}

/** What the range lacks for single values, beyond what it lacks for the fault in general. */
function lackedByChoice(
  fault: AnyFault,
  { properties = {} }: ParamsSchema,
  { range, lacks }: { range: Limited } & Pick<OfferedFault, 'lacks'>,
): OfferedFault['lacksWith'] {
  const lackedWith = (param: string, choice: string | number) =>
    lackedFor(fault, { [param]: choice }, range).filter((feature) => !lacks.includes(feature))
  return Object.fromEntries(
    Object.entries(properties).flatMap(([param, { enum: choices = [] }]) => {
      const lacking = choices
        .map((choice) => [String(choice), lackedWith(param, choice)] as const)
        .filter(([, lacked]) => lacked.length > 0)
      return lacking.length > 0 ? [[param, Object.fromEntries(lacking)]] : []
    }),
  )
}

/** For instructors only: a trainee may see none of this before a debrief. */
export function faultRoutes(app: Api, { injector, ledger, range, engine, sampler }: ApiContext): void {
  const config = { access: 'instructor' } as const

  serve(app, 'GET /api/faults', config, async () => ({
    faults: faults.map((fault) => offered(fault, range)),
    open: ledger.openFaults(),
    /** Of the last day. */
    history: ledger.faultsSince(Date.now() - 24 * 3_600_000),
  }))
  serve(app, 'POST /api/faults/:id', config, async (request) => {
    const { params, forMs, ramp } = request.body
    const resolved = injector.resolve(request.params.id, params)
    engine.mustBeRestored()
    if (!engine.running() && ledger.openFaults().length === 0 && !(await engine.health.currentVerdict()).healthy) {
      throw new FiredrillError('range-not-steady', 'the range is not steady: a fault can be injected only into a healthy range')
    }
    // The last check before the injection begins; no drill can start from then on.
    engine.mustTakeChanges()
    return injector.injectResolved(resolved, { forMs, drill: null, ramp })
  })
  serve(app, 'DELETE /api/faults/:instance', config, async (request) => {
    await injector.revert(request.params.instance)
    const record = ledger.fault(request.params.instance)
    if (!record) throw new FiredrillError('not-found', `there is no fault ${request.params.instance}`)
    return record
  })
  serve(app, 'DELETE /api/faults', config, async () => ({ reverted: (await injector.revertAll()).length }))

  // While the range is being restored, nothing is reported: settings are restored before the services that read them.
  serve(app, 'GET /api/fingerprint', config, async () => {
    await engine.settled()
    return fingerprint(range)
  })
  /** Samples of the range and results of its checks over the last minutes, once a second. */
  serve(app, 'GET /api/samples', config, async () => ({ samples: sampler.samples() }))
  serve(app, 'GET /api/invariants', config, async () => ({ violations: await orderInvariants(range) }))
  serve(app, 'POST /api/reset', config, async () => {
    if (engine.running()) throw new FiredrillError('conflict', 'a drill is running: finish or abort it first')
    await engine.restore()
    return fingerprint(range)
  })
}
