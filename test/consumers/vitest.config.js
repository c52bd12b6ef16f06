import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.consumer.js'],
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
