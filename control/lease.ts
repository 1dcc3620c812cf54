/** A control plane that was down for longer than this has lost its drill: the reaper has reverted the faults, so the drill cannot continue. */
export const leaseMs = 10_000
