import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{src,scanners,reports,baselines,scripts,lab,bench}/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
