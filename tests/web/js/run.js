// Runs the page's own tests in node: tests/web/js/run.sh.
import { readdirSync } from 'node:fs';

import { runAll } from './kit.js';

for (const name of readdirSync(import.meta.dirname).sort()) {
  if (name.endsWith('.test.js')) {
    await import(`./${name}`);
  }
}
const { count, failed } = await runAll();
for (const failure of failed) {
  console.error(failure);
}
console.log(`${count} tests, ${failed.length} failed`);
process.exitCode = failed.length > 0 || count === 0 ? 1 : 0;
