import { defineConfig } from 'vite';

// Whoever builds it: with a test runner's own value the page would be made of libraries that check and warn.
process.env.NODE_ENV = 'production';

const outDir = '../../dist/viewer';
const target = 'es2022';

/** One `vite build` makes all: the page, the element that other pages embed, and the service worker. */
export default defineConfig({
  root: 'src/viewer',
  builder: {},
  environments: {
    client: {
      build: {
        outDir,
        emptyOutDir: true,
        target,
        assetsInlineLimit: 0, // a strict Content-Security-Policy has no `data:`
        modulePreload: { polyfill: false },
        rolldownOptions: {
          output: {
            // What is in a chunk that several share runs before what is in the page's own: the policy has to be first.
            codeSplitting: { groups: [{ name: 'zod', test: /node_modules\/zod\/|\/strict-csp\.ts$/ }] },
          },
        },
      },
    },
    embed: {
      consumer: 'client',
      build: {
        outDir,
        emptyOutDir: false,
        copyPublicDir: false,
        target,
        minify: true,
        lib: {
          entry: 'vedette-live.ts',
          formats: ['iife'], // a plain script tag: a module one would need CORS for the script itself
          name: 'VedetteLive',
          fileName: () => 'vedette-live.js',
        },
      },
    },
    worker: {
      consumer: 'client',
      build: {
        outDir,
        emptyOutDir: false,
        copyPublicDir: false,
        target,
        minify: true,
        lib: {
          entry: 'worker/sw.ts',
          formats: ['iife'], // a module worker is unknown to older browsers
          name: 'VedetteWorker',
          fileName: () => 'sw.js', // its address decides what it serves: the whole device
        },
      },
    },
  },
});
