import path from 'node:path'
import type { ProcessSpec } from '../component.ts'
import type { RangeContext } from '../context.ts'

/**
 * How to start one of our own processes, given its program relative to the checkout: Node runs its TypeScript, or a bundle of it. A range has nine of
 * them, so each is limited in memory: a small nursery for young objects, and an allocator that returns what compiling and parsing needed for a
 * moment.
 */
export const nodeProcess = (
  context: RangeContext,
  { program, heapMegabytes, env }: { program: string; heapMegabytes: number; env: Record<string, string> },
): ProcessSpec => ({
  file: context.binaries.node,
  args: [path.join(context.root, program)],
  program,
  cwd: context.root,
  env: {
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --max-old-space-size=${heapMegabytes} --max-semi-space-size=1`,
    MALLOC_ARENA_MAX: '2',
    // Larger blocks are mapped separately, so they return to the system as soon as they are freed (mallopt(3)).
    MALLOC_MMAP_THRESHOLD_: '32768',
    MALLOC_TRIM_THRESHOLD_: '65536',
    MALLOC_TOP_PAD_: '65536',
    ...env,
  },
})
