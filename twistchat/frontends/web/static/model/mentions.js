// Whether somebody is meant.

import { fold } from './names.js';

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that are written without spaces between words: a name may stand anywhere in them. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;

/**
 * Tell whether a text names somebody, as a word of its own.
 * @param {string} text
 * @param {string} name
 * @returns {boolean}
 */
export function isMention(text, name) {
  const [where, what] = [fold(text), fold(name)];
  if (!what) {
    return false;
  }
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + 1)) {
    const before = [...where.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
    const after = [...where.slice(at + what.length, at + what.length + 2)][0] ?? '';
    if (isEdge(before, [...what][0]) && isEdge(after, [...what].at(-1))) {
      return true;
    }
  }
  return false;
}

function isEdge(outside, inside) {
  return !WORD.test(outside) || !WORD.test(inside) || DENSE.test(inside) || DENSE.test(outside);
}
