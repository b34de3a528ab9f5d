/** The desk. `vite build --config web/vite.config.ts` writes web/dist, which the server gives out below /desk/. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Ant Design and its icons write `<style>` elements while they run, which a policy without 'unsafe-inline' forbids. Their
 * modules for that are replaced by ours, which uses constructed style sheets: the page's own objects need no exception.
 */
const styleWriters = [
  /[\\/]@rc-component[\\/]util[\\/]es[\\/]Dom[\\/]dynamicCSS\.js$/,
  /[\\/]@ant-design[\\/]icons[\\/]es[\\/]cssUtils\.js$/,
];

function constructedStyles(): Plugin {
  return {
    name: 'chengxin:constructed-styles',
    enforce: 'pre',
    load(id) {
      if (!styleWriters.some((pattern) => pattern.test(id))) return null;
      return `export * from ${JSON.stringify(`${root}src/shared/ui/dynamic-css.ts`)};`;
    },
  };
}

/** `.gz` and `.br` beside each script and style sheet, for a server that sends what is compressed already. */
function compressed(): Plugin {
  return {
    name: 'chengxin:compressed',
    apply: 'build',
    async closeBundle() {
      const folder = join(root, 'dist/assets');
      for (const name of await readdir(folder)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const content = await readFile(join(folder, name));
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(content));
      }
    },
  };
}

export default defineConfig({
  root,
  base: '/desk/',
  plugins: [constructedStyles(), react(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome99', 'firefox101', 'safari16.4'],
    // Small files as data: URIs would need exceptions in the content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env.CHENGXIN_SERVER ?? 'http://127.0.0.1:8080' } },
  },
});
