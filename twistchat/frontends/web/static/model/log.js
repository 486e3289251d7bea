// What was told in one conversation, in order.

import { Signal } from '../signal.js';
import { makeGap } from './item.js';

/** @typedef {import('./item.js').Item} Item */

/** So many items are kept of one conversation; the oldest go when there are `SLACK` more. */
export const MOST = 20_000;
const SLACK = 1_000;

/**
 * Items in the order of their numbers; what has none stands where it was told. At the end stand
 * one's own lines that have no number yet. What is missing between two numbers is a gap, and
 * below `first` there is more where `hasOlder` says so.
 */
export class Log {
  /** @type {Item[]} */
  items = [];
  /** @type {string|null} What the numbers belong to. */
  epoch = null;
  /** @type {number|null} From here on everything is here, or a gap. */
  first = null;
  /** Up to here everything is here, or a gap. */
  last = 0;
  hasOlder = false;
  isLoading = false;
  /** @type {Signal<{type: 'append'|'prepend'|'insert'|'change'|'remove'|'reset', items: Item[], index: number}>} */
  changed = new Signal();
  /** @type {Map<number, Item>} */
  #numbers = new Map();
  /** @type {Set<Item>} of this epoch */
  #gaps = new Set();
  /** How many of one's own lines at the end have no number. */
  #tail = 0;

  /** The item with a number, if it is here. @param {number} number @returns {Item|undefined} */
  find(number) {
    return this.#numbers.get(number);
  }

  /** The gap that a number is missing in, if so. @param {number} number @returns {Item|undefined} */
  gapAt(number) {
    return [...this.#gaps].find((gap) => gap.from <= number && number <= gap.to);
  }

  /** Take in a line with a number; whether it is new. @param {Item} item */
  take(item) {
    if (item.number <= this.last) {
      const isMissing = this.gapAt(item.number) !== undefined;
      if (isMissing) {
        this.fill([item], item.number, item.number);
      }
      return isMissing;
    }
    this.#reach(item.number);
    this.#append([item]);
    return true;
  }

  /** Take in that there is nothing to show under a number. @param {number} number */
  pass(number) {
    if (number > this.last) {
      this.#reach(number);
    } else if (this.gapAt(number)) {
      this.fill([], number, number);
    }
  }

  /** Put in something that has no number. @param {Item} item */
  add(item) {
    this.#append([item]);
  }

  /** Take in that lines are left out; of what nothing is here yet, they are just older. */
  leaveOut(from, to, why) {
    const start = Math.max(from, this.last + 1);
    if (start > to) {
      return;
    }
    if (this.first === null) {
      this.hasOlder = why !== 'deleted' || from > 1;
    } else {
      this.#append([makeGap(start, to, why)]);
    }
    this.last = to;
  }

  /**
   * Begin anew: the numbers mean something else. What was here stays, without numbers, above a
   * gap of all that one may have missed of the new epoch.
   * @param {string} epoch
   * @param {number} to the last number that is missing; 0 if none is
   * @param {boolean} isShown whether anything was here before; else what is missing is just older
   */
  begin(epoch, to, isShown) {
    this.epoch = epoch;
    this.last = to;
    this.first = null;
    if (!isShown) {
      this.hasOlder = to > 0;
      return;
    }
    for (const item of this.#numbers.values()) {
      delete item.number;
    }
    this.#numbers.clear();
    this.#gaps.clear();
    this.hasOlder = false;
    this.first = 1;
    const gap = makeGap(1, to, 'epoch');
    this.#register(gap);
    this.items.splice(this.items.length - this.#tail, 0, gap);
    this.changed.tell({ type: 'reset', items: this.items, index: 0 });
  }

  /**
   * Take in a page: between two numbers, these lines (and gaps) are all that there is.
   * @param {Item[]} lines in order
   */
  fill(lines, from, to) {
    const within = (low, high) =>
      lines.filter((item) => (item.number ?? item.from) >= low && (item.number ?? item.from) <= high);
    if (this.first === null) {
      this.first = from;
      this.last = Math.max(this.last, to);
      this.#insert(0, lines, 'prepend');
      return;
    }
    for (const gap of [...this.#gaps]) {
      if (gap.from <= to && from <= gap.to) {
        this.#narrow(gap, within(gap.from, gap.to), from, to);
      }
    }
    if (from < this.first) {
      const older = within(from, this.first - 1);
      if (to < this.first - 1) {
        older.push(makeGap(to + 1, this.first - 1, 'unloaded'));
      }
      this.first = from;
      this.#insert(0, older, 'prepend');
    }
    if (to > this.last) {
      const newer = within(this.last + 1, to);
      if (from > this.last + 1) {
        newer.unshift(makeGap(this.last + 1, from - 1, 'unloaded'));
      }
      this.last = to;
      this.#append(newer);
    }
  }

  /** Put one's own line at the end; it has no number yet. @param {Item} item */
  pend(item) {
    this.items.push(item);
    this.#tail += 1;
    this.changed.tell({ type: 'append', items: [item], index: this.items.length - 1 });
  }

  /**
   * Give one's own line its number, and with it its place.
   * @param {Item} item
   * @param {number} number
   */
  settle(item, number) {
    const index = this.items.lastIndexOf(item);
    const start = this.items.length - this.#tail;
    if (index === start && number > this.last) {
      this.#tail -= 1;
      item.number = number;
      this.#reach(number);
      this.#register(item);
      this.changed.tell({ type: 'change', items: [item], index });
      return;
    }
    this.remove(item);
    item.number = number;
    if (!this.take(item) && !this.find(number) && this.first !== null && number >= this.first) {
      this.#insert(this.#placeOf(number), [item], 'insert');
    }
  }

  /** Something about an item is other than it was. @param {Item} item */
  touch(item) {
    const index = this.items.lastIndexOf(item);
    if (index >= 0) {
      this.changed.tell({ type: 'change', items: [item], index });
    }
  }

  /** Take an item away. @param {Item} item */
  remove(item) {
    const index = this.items.lastIndexOf(item);
    if (index < 0) {
      return;
    }
    if (index >= this.items.length - this.#tail) {
      this.#tail -= 1;
    }
    this.items.splice(index, 1);
    this.#forget(item);
    this.changed.tell({ type: 'remove', items: [item], index });
  }

  #reach(number) {
    this.first ??= number;
    this.last = number;
  }

  #register(item) {
    if (item.kind === 'gap') {
      this.#gaps.add(item);
    } else if (item.number !== undefined) {
      this.#numbers.set(item.number, item);
    }
  }

  #forget(item) {
    this.#gaps.delete(item);
    if (item.number !== undefined && this.#numbers.get(item.number) === item) {
      this.#numbers.delete(item.number);
    }
  }

  #append(items) {
    const index = this.items.length - this.#tail;
    this.#insert(index, items, this.#tail === 0 ? 'append' : 'insert');
    if (this.items.length > MOST + SLACK) {
      this.#trim();
    }
  }

  #insert(index, items, type) {
    if (items.length === 0) {
      return;
    }
    items.forEach((item) => this.#register(item));
    if (index === this.items.length) {
      this.items.push(...items);
    } else {
      this.items.splice(index, 0, ...items);
    }
    this.changed.tell({ type, items, index });
  }

  #trim() {
    const gone = this.items.splice(0, this.items.length - MOST);
    gone.forEach((item) => this.#forget(item));
    const first = this.items.find((item) => item.number !== undefined || this.#gaps.has(item));
    this.first = first ? (first.number ?? first.from) : null;
    this.hasOlder = true;
    this.changed.tell({ type: 'remove', items: gone, index: 0 });
  }

  /** Put lines into a gap; what is still missing before or behind them stays one. */
  #narrow(gap, lines, from, to) {
    let index = this.items.indexOf(gap);
    const [low, high] = [gap.from, gap.to];
    const isMoreBefore = low < from;
    const isMoreBehind = to < high;
    if (isMoreBefore || gap.why === 'epoch') {
      gap.to = Math.max(low, from) - 1;
      this.changed.tell({ type: 'change', items: [gap], index });
      const rest = isMoreBehind ? [makeGap(to + 1, high, gap.why === 'epoch' ? 'unloaded' : gap.why)] : [];
      this.#insert(index + 1, [...lines, ...rest], 'insert');
    } else if (isMoreBehind) {
      gap.from = to + 1;
      this.changed.tell({ type: 'change', items: [gap], index });
      this.#insert(index, lines, 'insert');
    } else {
      this.remove(gap);
      this.#insert(index, lines, 'insert');
    }
  }

  #placeOf(number) {
    let index = this.items.length - this.#tail;
    const isLower = (item) => item.number < number || (this.#gaps.has(item) && item.to < number);
    while (index > 0 && !isLower(this.items[index - 1])) {
      index -= 1;
    }
    return index;
  }
}
