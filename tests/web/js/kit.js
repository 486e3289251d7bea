// What the page's own tests are written with; they run in a browser, and in node.

/** @type {{name: string, run: () => unknown}[]} */
const tests = [];

/** Say that there is a test. */
export function test(name, run) {
  tests.push({ name, run });
}

/** Say that there is one of what needs a browser, with layout and frames; in node there is none. */
export function testInBrowser(name, run) {
  if (globalThis.document) {
    test(name, run);
  }
}

/** Let so many frames be drawn. */
export function frames(count = 3) {
  return new Promise((go) => {
    const next = (left) => (left > 0 ? requestAnimationFrame(() => next(left - 1)) : go());
    next(count);
  });
}

/** Fail unless both are the same when written as JSON; what is undefined is left out of objects. */
export function equal(actual, expected, words = '') {
  const [is, should] = [write(actual), write(expected)];
  if (is !== should) {
    throw new Error(`${words && `${words}: `}is ${is}, should be ${should}`);
  }
}

/** Fail unless it is so. */
export function ok(value, words = 'is not so') {
  if (!value) {
    throw new Error(words);
  }
}

/** Let everything be done that waits for nothing but a promise. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) {
    await null;
  }
}

/** Run them all, one after the other; tell which failed, and why. */
export async function runAll() {
  const failed = [];
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${error.stack ?? error}`);
    }
  }
  return { count: tests.length, failed };
}

function write(value) {
  return JSON.stringify(value, (_, inner) => {
    if (inner instanceof Map) {
      return Object.fromEntries(inner);
    }
    return inner instanceof Set ? [...inner] : inner;
  });
}
