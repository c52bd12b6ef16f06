import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.consumer.js'],
    // Each test starts a program, which compiles itself as it runs.
    testTimeout: 120_000,
    pool: 'forks',
    reporters: ['verbose'],
  },
});
