// What one types: whether it is said, or meant for the program. Nothing here knows a page.

const SECRETIVE = new Set(['login', 'register', 'passwd', 'password', 'identify']);

/** Tell what somebody means by a line: `{say}`, or `{command, words}`. */
export function readTyped(line) {
  if (line.startsWith('//')) {
    return { say: line.slice(1) };
  }
  const found = /^\/([^\s/]+)(?:\s+([^]*))?$/.exec(line);
  return found ? { command: found[1].toLowerCase(), words: (found[2] ?? '').trimEnd() } : { say: line };
}

/** Split what was pasted into the lines that can be said: those with something in them. */
export function splitLines(text) {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

const encoder = new TextEncoder();

/** Count the bytes of a text as it is sent. */
export function countBytes(text) {
  return encoder.encode(text).length;
}

/** Whether a line looks like one that was meant for the server alone: `login bob secret`. */
export function mayHoldPassword(line, name) {
  const [first, second, ...rest] = line.trim().split(/\s+/);
  return Boolean(SECRETIVE.has(first.toLowerCase()) && second
    && (rest.length < 2 || second.toLowerCase() === name.toLowerCase()));
}

