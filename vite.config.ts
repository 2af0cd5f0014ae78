import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { isolationHeaders, metaPolicy } from './scripts/contentPolicy.ts'

/** Puts the policy into the built page, so that it also holds on a host that sends no headers. */
function contentPolicy(): Plugin {
  return {
    name: 'lab-content-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy }, injectTo: 'head-prepend' },
    ],
  }
}

const installed = (path: string) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url))

export default defineConfig({
  // The browser build of this one uses `document` as it loads; it is needed in a worker, which has none.
  resolve: {
    alias: {
      'decode-named-character-reference': installed('decode-named-character-reference/index.js'),
    },
  },
  base: './', // the build runs from any folder of any host
  plugins: [react(), contentPolicy()],
  server: { headers: isolationHeaders() },
  worker: { format: 'es' },
  optimizeDeps: {
    // What only the workers import, named here: found late, it would reload the page in the middle of a run.
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-backend-wasm',
      'idb-keyval',
      'hyparquet',
      'hyparquet-compressors',
      'papaparse',
      'simple-statistics',
    ],
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a font or worker as a data: URL would be blocked by the policy
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { bundlerTimings: false } },
    chunkSizeWarningLimit: 2500, // the engine worker carries tfjs; the page's own budget has a test
  },
})
