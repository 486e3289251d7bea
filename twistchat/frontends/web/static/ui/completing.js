// What could be meant by the beginning of a word. Nothing here knows a page.

import { fold } from '../model/names.js';

const MOST_SHOWN = 10;
/** No name is longer: what stands further from the caret is of none. */
const LONGEST_WORD = 100;

/**
 * Tell what the word at the caret may become.
 *
 * @param {string} text
 * @param {number} caret
 * @param {{commands: string[], names: string[], rooms: string[]}} known names: who spoke last first
 * @param {boolean} isAsked also where neither `/`, `@` nor `#` stands before it (Tab)
 * @returns {{from: number, to: number, kind: 'command'|'name'|'room', options: string[], typed: string}|null}
 *   what stands from `from` to `to` is to be replaced by `inserted(…)` of an option
 */
export function findCompletion(text, caret, known, isAsked = false) {
  const before = text.slice(0, caret);
  const command = /^\/([^\s/]*)$/.exec(before);
  if (command) {
    return found('command', command[1], 0, caret, startingWith(known.commands, command[1]));
  }
  const marked = /(?:^|[^\p{ASCII}]|[\s([{"'<,;:])([@#])([^\s@#]*)$/u.exec(before);
  if (marked) {
    const [kind, names] = marked[1] === '@' ? ['name', known.names] : ['room', known.rooms.map((room) => room.slice(1))];
    return found(kind, marked[2], caret - marked[2].length - 1, caret, startingWith(names, marked[2]), marked[1]);
  }
  const word = isAsked ? /\S*$/u.exec(before.slice(-LONGEST_WORD))[0] : '';
  const names = word ? folded(known.names) : [];
  // Chinese has no blanks between words: so the name may begin anywhere in it.
  for (let skipped = 0; skipped < word.length; skipped += 1) {
    const typed = word.slice(skipped);
    const isBoundary = skipped === 0 || !/\w/.test(word[skipped - 1]) || !/\w/.test(word[skipped]);
    const options = isBoundary ? among(names, typed) : [];
    if (options.length) {
      return found('name', typed, caret - typed.length, caret, options);
    }
  }
  return null;
}

/** Write an option as it is put into the text. */
export function inserted({ kind, from, mark }, option) {
  if (kind === 'command') {
    return `/${option} `;
  }
  return kind === 'name' && !mark && from === 0 ? `${option}: ` : `${mark}${option} `;
}

function found(kind, typed, from, to, options, mark = '') {
  return options.length ? { kind, typed, from, to, mark, options: options.slice(0, MOST_SHOWN) } : null;
}

function startingWith(names, typed) {
  return among(folded(names), typed);
}

function folded(names) {
  return names.map((name) => [fold(name), name]);
}

function among(names, typed) {
  const wanted = fold(typed);
  return names.filter(([compared]) => compared.startsWith(wanted)).map(([, name]) => name);
}
