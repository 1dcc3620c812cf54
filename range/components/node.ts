import path from 'node:path'
import type { ProcessSpec } from '../component.ts'
import type { RangeContext } from '../context.ts'

/**
 * How one of our own processes is started, by its program relative to the checkout: Node runs its TypeScript, or a bundle of it. A range has nine of them, and
 * each keeps less than it would by itself: a small nursery for young objects, and an allocator that gives back what compiling and parsing took for a moment.
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
    // Larger pieces are mapped by themselves, and so go back to the system as soon as they are free (mallopt(3)).
    MALLOC_MMAP_THRESHOLD_: '32768',
    MALLOC_TRIM_THRESHOLD_: '65536',
    MALLOC_TOP_PAD_: '65536',
    ...env,
  },
})
