/**
 * Which rows a log is shown as: its items, the days between them, where the new ones begin, and many people's
 * coming and going in one. Values only; log-row.js draws them.
 */
import { fold } from '../model/names.js';

/**
 * @typedef {object} Row
 * @property {string} key      the same for as long as it is the same row
 * @property {'day'|'new'|'line'|'event'|'fold'|'gap'} type
 * @property {number} at       the place in the log of its (first) item
 * @property {object} [item]
 * @property {object[]} [items]  of a fold
 * @property {boolean} [isFirst]  of a line: the name is shown
 * @property {number} [nth]       of a line: how many stand before it under the same name
 * @property {boolean} [isInside] stands in a fold that is open
 * @property {boolean} [isOpen]   of a fold
 * @property {number} [time]      of a day
 */

const TOGETHER = 300;
const MOST_TOGETHER = 12;
const LINES = new Set(['said', 'whispered', 'erased']);
const CAME_AND_WENT = new Set(['joined', 'left', 'departed']);
const NOT_SHOWN = new Set(['tagged']);
const PUTTING_OUT = { kick: 'kicked', ban: 'banned' };
const FOLDED = 3;
const SEPARATORS = new Set(['day', 'new']);

/** Keeps the rows of one log as it grows. */
export class Rows {
  /** @type {Row[]} */
  rows = [];
  /** The keys of the folds that are open. */
  opened = new Set();
  /** The number of the last line that was read when one came; null: nothing is called new. */
  newAfter = null;
  #dayOf;
  #count = 0;
  #hasNew = false;

  /** @param {(time: number) => {key: string, from: number, until: number}} [dayOf] the local day of a time, and when it ends */
  constructor(dayOf = localDay) {
    this.#dayOf = dayOf;
  }

  /** Make all anew. */
  reset(items) {
    this.rows = [];
    this.#hasNew = false;
    this.#extend(items, 0);
    return 0;
  }

  /**
   * Go on where items were put at the end.
   * @returns {number} so many rows are as they were
   */
  append(items) {
    let from = Math.min(this.#count, items.length);
    while (this.rows.length > 0) {
      const row = this.rows.pop();
      if (row.type === 'new') {
        this.#hasNew = false;
      }
      from = Math.min(from, row.at);
      const last = this.rows.at(-1);
      if (!row.isInside && !SEPARATORS.has(last?.type) && !(mayFold(row) && last && mayFold(last))) {
        break;
      }
    }
    const same = this.rows.length;
    this.#extend(items, from);
    return same;
  }

  /** Open a fold, or close it. */
  toggle(key) {
    if (!this.opened.delete(key)) {
      this.opened.add(key);
    }
  }

  #extend(items, from) {
    const time = this.rows.findLast((row) => row.item.time)?.item.time;
    let day = time ? this.#dayOf(time) : null;
    let at = from;
    while (at < items.length) {
      const item = items[at];
      if (NOT_SHOWN.has(item.kind) || isToldAlready(items[at - 1], item)) {
        at += 1;
        continue;
      }
      if (item.kind !== 'gap' && item.time && !(day && item.time < day.until && item.time >= day.from)) {
        day = this.#dayOf(item.time);
        this.rows.push({ key: `day ${day.key} ${item.id}`, type: 'day', at, item, time: item.time });
      }
      if (this.#isFirstNew(item)) {
        this.#hasNew = true;
        this.rows.push({ key: 'new', type: 'new', at, item });
      }
      const come = CAME_AND_WENT.has(item.kind) ? this.#comingAndGoing(items, at, day) : 1;
      if (come >= FOLDED) {
        this.#fold(items.slice(at, at + come), at);
      } else {
        for (let each = at; each < at + come; each += 1) {
          this.rows.push(this.#row(items[each], each, this.rows.at(-1)));
        }
      }
      at += come;
    }
    this.#count = items.length;
  }

  #row(item, at, before) {
    if (item.kind === 'gap') {
      return { key: item.id, type: 'gap', at, item };
    }
    if (!LINES.has(item.kind)) {
      return { key: item.id, type: 'event', at, item };
    }
    const isUnder = before?.type === 'line' && before.nth + 1 < MOST_TOGETHER && belongTogether(before.item, item);
    const nth = isUnder ? before.nth + 1 : 0;
    return { key: item.id, type: 'line', at, item, nth, isFirst: nth === 0 };
  }

  #fold(items, at) {
    const key = `fold ${items[0].id}`;
    const isOpen = this.opened.has(key);
    this.rows.push({ key, type: 'fold', at, item: items[0], items, isOpen });
    if (isOpen) {
      items.forEach((item, each) => {
        this.rows.push({ key: item.id, type: 'event', at: at + each, item, isInside: true });
      });
    }
  }

  /** How many in a row have come or gone on that day; what is not shown between them does not count. */
  #comingAndGoing(items, from, day) {
    let at = from + 1;
    while (at < items.length && CAME_AND_WENT.has(items[at].kind) && items[at].time < (day?.until ?? Infinity)) {
      at += 1;
    }
    return at - from;
  }

  #isFirstNew(item) {
    return (
      this.newAfter !== null && !this.#hasNew && item.number > this.newAfter && !item.isMine && LINES.has(item.kind)
    );
  }
}

/** Whether a line goes on under the name of the one before. */
function belongTogether(before, item) {
  return (
    !before.action &&
    !item.action &&
    Boolean(before.notice) === Boolean(item.notice) &&
    fold(before.who) === fold(item.who) &&
    Math.abs(item.time - before.time) < TOGETHER
  );
}

/** Whether somebody goes of whom it was just told that they were put out. */
function isToldAlready(before, { cause, who }) {
  return Boolean(cause) && PUTTING_OUT[before?.deed] === cause && fold(before.to) === fold(who);
}

/** Whether a row may be one of those that are told in one. */
function mayFold(row) {
  return row.type === 'event' && CAME_AND_WENT.has(row.item.kind);
}

/** The day in which a time (in seconds) lies for who reads it. */
export function localDay(time) {
  const start = new Date(time * 1000);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  const key = `${start.getFullYear()}-${start.getMonth() + 1}-${start.getDate()}`;
  return { key, from: start.getTime() / 1000, until: end.getTime() / 1000 };
}
