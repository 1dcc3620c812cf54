import type { Check } from '../../model/check.ts'

const windowMs = 5_000
/** Share of requests that may be slow or fail in a healthy range. */
const tolerated = 0.05

/** Users get answers in time: by Locust's counts over the last seconds. */
export const usersServed: Check = {
  id: 'users-served',
  title: 'Users are served',
  felt: true,
  judge(samples) {
    const known = samples.filter((sample) => sample.users !== null)
    const last = known.at(-1)
    const first = known.findLast((sample) => last !== undefined && last.at - sample.at >= windowMs)
    if (!last?.users || !first?.users) return { ok: false, detail: 'not enough seen of the users yet' }
    const bad = last.users.slow + last.users.failed - first.users.slow - first.users.failed
    const all = bad + last.users.good - first.users.good
    if (all <= 0) return { ok: false, detail: 'no user gets an answer' }
    const detail = `${bad} of the last ${all} requests were slow or failed`
    return { ok: bad / all <= tolerated, detail }
  },
}
