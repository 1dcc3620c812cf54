/** Gone longer than this, the control plane has lost its drill: the reaper has taken the faults out, so it cannot go on. */
export const leaseMs = 10_000
