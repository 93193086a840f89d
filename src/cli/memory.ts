import { setFlagsFromString } from 'node:v8'

/** From so many targets on, less memory is worth more than the last tenth of speed. */
const manyTargets = 10

/**
 * Has V8 collect garbage earlier in a run over many targets. Left alone it lets the heap grow to several times what is
 * in use, because the machine has more; 200 hosts took 410 MB, and take 190 MB so (docs/benchmarks.md). An engine
 * that doesn't know these flags takes no notice of them.
 */
export function boundMemory(targets: number): void {
  if (targets < manyTargets) return
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
}
