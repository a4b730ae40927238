import { defineConfig } from 'vite';

const outDir = '../../dist/viewer';
const target = 'es2022';

/** One `vite build` makes both: the page, and beside it the element that other pages embed. */
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
  },
});
