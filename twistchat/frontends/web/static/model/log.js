// What was told in one conversation, in order.

import { Signal } from '../signal.js';

/** Items of one conversation; behind all that has a number stand one's own lines that have none yet. */
export class Log {
  /** @type {import('./item.js').Item[]} */
  items = [];
  /** @type {string|null} */
  epoch = null;
  /** The number up to which everything is here, or a gap. */
  last = 0;
  hasOlder = false;
  isLoading = false;
  /** @type {Signal<{type: 'append'|'prepend'|'insert'|'change'|'remove'|'reset', items: import('./item.js').Item[], index: number}>} */
  changed = new Signal();

  /** The item with a number, if it is here. @returns {import('./item.js').Item | undefined} */
  find(number) {}
}
