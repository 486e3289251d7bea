/**
 * Shows of ten thousand rows those that are in sight, and a screenful above and below. The rows stand in the
 * page in their order, between two empty boxes as high as all that is left out.
 *
 * What somebody reads does not move, whatever is loaded, measured or changed above it: the rows in sight are
 * remembered with where they stood (`#held`), and after each change the first of them that is still there is
 * put where it was. While a finger scrolls, the upper box gives way instead (`#slack`), since to set `scrollTop`
 * would end its swing. The browser's own anchoring is switched off: Safari has none, and two would fight.
 */
import { el } from '../elements.js';
import { Signal } from '../signal.js';
import { DrawnRows } from './log-drawn.js';
import { Heights } from './log-heights.js';

const NEAR_END = 8;
const AT_REST = 150;
const TRIES = 4;

export class LogWindow {
  #scroller;
  #heights;
  #above = el('div', { class: 'log-space', 'aria-hidden': 'true' });
  #below = el('div', { class: 'log-space', 'aria-hidden': 'true' });
  #rows = [];
  #drawn;
  #range = [0, 0];
  /** @type {{key: string, offset: number}[]} */
  #held = [];
  #goal = null;
  #slack = 0;
  #width = 0;
  #rest = null;
  /** Where it was scrolled to when that was last looked at. */
  #known = null;

  /** Whether the end is in sight, and is to stay so. */
  isAtEnd = true;
  /** Told nothing, when other rows may be in sight than before. */
  moved = new Signal();

  /**
   * @param {object} given
   * @param {HTMLElement} given.scroller
   * @param {(row: object) => HTMLElement} given.draw
   * @param {(row: object) => string} given.stampOf  another one: the row is drawn anew
   * @param {(row: object, width: number) => number} given.guess  how high a row will be
   */
  constructor({ scroller, draw, stampOf, guess }) {
    this.#scroller = scroller;
    this.#drawn = new DrawnRows({ draw, stampOf });
    this.#heights = new Heights((row) => guess(row, this.#width));
    scroller.append(this.#above, this.#drawn.block, this.#below);
    scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    const watch = new ResizeObserver(() => this.update());
    watch.observe(scroller);
    watch.observe(this.#drawn.block);
  }

  /** Show other rows. @param {number} [same] so many at the beginning are as they were */
  setRows(rows, same = 0) {
    this.#rows = rows;
    this.#heights.setRows(rows, same);
    this.update();
  }

  /**
   * Forget all, for another conversation.
   * @param {{isAtEnd: boolean, held: object[]}|null} place  as `place` said
   * @param {{key: string, where: string}|null} [goal]  where to go first, as `to` takes it
   */
  reset(place, goal = null) {
    this.#rows = [];
    this.#heights.setRows([]);
    this.#heights.forget();
    this.#drawn.clear();
    this.#slack = 0;
    this.#goal = goal;
    this.#known = null;
    this.#held = place?.held ?? [];
    this.isAtEnd = !goal && (place?.isAtEnd ?? true);
  }

  /** Where one is: for `reset`. */
  get place() {
    return { isAtEnd: this.isAtEnd, held: this.#held };
  }

  /** How far the rows reach above what is in sight, in screenfuls. */
  get screensAbove() {
    return (this.#scroller.scrollTop - this.#slack) / Math.max(1, this.#scroller.clientHeight);
  }

  /** The places of the first row in sight and of the last. */
  get inSight() {
    const from = this.#scroller.scrollTop - this.#slack;
    return [this.#heights.at(from), this.#heights.at(from + this.#scroller.clientHeight - 1)];
  }

  indexOf(key) {
    return this.#heights.indexOf(key);
  }

  /** The element of a row, if it is one of those in the page. */
  elementOf(key) {
    return this.#drawn.elementOf(key);
  }

  /** Go to the end. */
  toEnd() {
    this.isAtEnd = true;
    this.#goal = null;
    this.#known = null;
    this.update();
  }

  /**
   * Go to a row.
   * @param {string} key
   * @param {'middle'|'upper'|'nearest'} where
   */
  to(key, where) {
    if (this.#heights.indexOf(key) >= 0) {
      this.#goal = { key, where };
      this.isAtEnd = false;
      this.update();
    }
  }

  /** Bring the page in line with the rows. */
  update() {
    const { clientHeight: view, clientWidth: width } = this.#scroller;
    if (view === 0) {
      return;
    }
    if (width !== this.#width) {
      this.#width = width;
      this.#heights.forget();
    } else if (this.#known !== null && this.#known !== this.#scroller.scrollTop && !this.#goal) {
      // Somebody has scrolled, and the event is still to come.
      this.isAtEnd = this.#distance() < NEAR_END;
      this.#holdAt();
    }
    const goal = this.#goal;
    let top = 0;
    for (let tries = 0; tries < TRIES; tries += 1) {
      top = this.#wanted(view);
      this.#render(this.#heights.between(top - view, top + 2 * view));
      if (!this.#measure()) {
        break;
      }
    }
    top = this.#wanted(view);
    this.#settle(top, goal !== null);
    this.#goal = null;
    this.#hold();
    if (goal) {
      this.isAtEnd = this.#distance() < NEAR_END;
    }
    this.moved.tell();
  }

  /** Where the upper edge is to be, in the rows' own measure. */
  #wanted(view) {
    if (this.isAtEnd) {
      return Math.max(0, this.#heights.total - view);
    }
    if (this.#goal) {
      return this.#aim(this.#goal, view);
    }
    for (const { key, offset } of this.#held) {
      const index = this.#heights.indexOf(key);
      if (index >= 0) {
        return this.#heights.top(index) - offset;
      }
    }
    return this.#scroller.scrollTop - this.#slack;
  }

  #aim({ key, where }, view) {
    const index = this.#heights.indexOf(key);
    const [top, height] = [this.#heights.top(index), this.#heights.height(index)];
    if (where === 'middle') {
      return Math.max(0, top - Math.max(0, (view - height) / 2));
    }
    if (where === 'upper') {
      return Math.max(0, Math.min(top - view / 5, this.#heights.total - view));
    }
    const now = this.#scroller.scrollTop - this.#slack;
    return top < now ? top : Math.max(now, Math.min(top, top + height - view));
  }

  #render([first, end]) {
    this.#drawn.show(this.#rows.slice(first, end), () => this.#scroller.focus({ preventScroll: true }));
    this.#range = [first, end];
    this.#space(first, end);
  }

  #space(first, end) {
    this.#above.style.setProperty('height', `${Math.max(0, this.#heights.top(first) + this.#slack)}px`);
    this.#below.style.setProperty('height', `${this.#heights.total - this.#heights.top(end)}px`);
  }

  /** Measure what is there. @returns {boolean} whether anything is other than was thought */
  #measure() {
    let isOther = false;
    let index = this.#range[0];
    for (const element of this.#drawn.block.children) {
      isOther = this.#heights.measure(index, element.getBoundingClientRect().height) !== 0 || isOther;
      index += 1;
    }
    return isOther;
  }

  /** Put the rows where they are wanted: by moving the upper box while somebody scrolls, else by scrolling. */
  #settle(top, isGoal) {
    const { scrollTop } = this.#scroller;
    const slack = scrollTop - top;
    const [first, end] = this.#range;
    const isSmall = Math.abs(slack) < this.#scroller.clientHeight && this.#heights.top(first) + slack >= 0;
    const mayGive = isSmall && this.#rest !== null && !isGoal && !this.isAtEnd;
    this.#slack = mayGive && Math.abs(slack) > 0.5 ? slack : 0;
    this.#space(first, end);
    if (!mayGive && Math.abs(this.#scroller.scrollTop - top) > 0.5) {
      this.#scroller.scrollTop = top;
    }
  }

  /** Remember what is in sight and where: lines, since what is loaded begins and ends at all else. */
  #hold() {
    const edge = this.#scroller.getBoundingClientRect().top;
    const held = [];
    for (const element of this.#drawn.block.children) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > edge && element.dataset.loose === undefined) {
        held.push({ key: element.dataset.key, offset: top - edge });
      }
      if (held.length >= 8) {
        break;
      }
    }
    this.#held = held;
    this.#known = this.#scroller.scrollTop;
  }

  #distance() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight;
  }

  #scrolled() {
    if (this.#scroller.clientWidth !== this.#width) {
      return; // The rows were wrapped anew, and what is held is still to be put where it was.
    }
    if (this.#scroller.scrollTop !== this.#known) {
      this.#swing();
    }
    this.isAtEnd = this.#distance() < NEAR_END;
    const { clientHeight: view } = this.#scroller;
    const top = this.#scroller.scrollTop - this.#slack;
    const [first, end] = this.#heights.between(top - view / 2, top + 1.5 * view);
    if (first < this.#range[0] || end > this.#range[1]) {
      if (top <= 0) {
        this.#goal = { key: this.#rows[0].key, where: 'nearest' };
      } else {
        this.#holdAt();
      }
      this.update();
    } else {
      this.#hold();
      this.moved.tell();
    }
  }

  /** Somebody scrolls; what gave way meanwhile is put right when it is over. */
  #swing() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = null;
      if (this.#slack !== 0) {
        this.update();
      }
    }, AT_REST);
  }

  /** Hold what is in sight; where one has jumped there is nothing yet, and what is guessed to be there is held. */
  #holdAt() {
    this.#hold();
    const { clientHeight: view, scrollTop: top } = this.#scroller;
    if (this.#held.length === 0 || this.#held[0].offset > view / 2) {
      const index = this.#heights.at(top);
      this.#held = [{ key: this.#rows[index].key, offset: this.#heights.top(index) - top }];
    }
  }
}
