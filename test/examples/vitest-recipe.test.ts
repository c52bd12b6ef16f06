// The recipe in examples/testing for Vitest, with the built package, as it is copied: its tests are tests of this suite.
const recipe = new URL('../../examples/testing/vitest.test.mjs', import.meta.url).href;
await import(recipe);
