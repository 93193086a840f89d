// Measurements that docs/benchmarks.md reports: `npm run bench -- NAME [OPTIONS]`. Each loads only what it measures.
const measurements: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  lynis: async (words) => (await import('./lynis.ts')).lynis(words),
  judge: async (words) => (await import('./judge.ts')).judge(words),
  version: async (words) => (await import('./version.ts')).version(words),
  fleet: async (words) => (await import('./fleet.ts')).fleet(words),
  'fleet-size': async (words) => (await import('./fleet-size.ts')).fleetSize(words),
  startup: async (words) => (await import('./startup.ts')).startup(words),
}

const [name = '', ...words] = process.argv.slice(2)
const measurement = measurements[name]
if (measurement) await measurement(words)
else {
  console.error(`usage: npm run bench -- ${Object.keys(measurements).join('|')}`)
  process.exitCode = 10
}
