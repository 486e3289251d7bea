/**
 * Where each row of a long list stands, without all of them being there: a height that was measured where
 * the row was seen, and a guess where not. No element is known here.
 */
export class Heights {
  #guess;
  #keys = [];
  #rows = [];
  #tops = [0];
  #measured = new Map();
  #index = new Map();
  #exact = 0;

  /** @param {(row: object) => number} guess how high a row will be that was not measured yet */
  constructor(guess) {
    this.#guess = guess;
  }

  get count() {
    return this.#rows.length;
  }

  /** How high they all are together. */
  get total() {
    return this.top(this.#rows.length);
  }

  /**
   * Say which rows there are now. What was measured is known by `key`.
   * @param {{key: string}[]} rows
   * @param {number} [same] so many at the beginning are as they were
   */
  setRows(rows, same = 0) {
    this.#rows = rows;
    if (same === 0) {
      this.#index.clear();
    }
    for (let at = same; at < this.#keys.length; at += 1) {
      this.#index.delete(this.#keys[at]);
    }
    this.#keys.length = Math.min(same, this.#keys.length);
    for (let at = this.#keys.length; at < rows.length; at += 1) {
      this.#keys.push(rows[at].key);
      this.#index.set(rows[at].key, at);
    }
    this.#exact = Math.min(this.#exact, same);
  }

  /** The place of the row with that key, or -1. */
  indexOf(key) {
    return this.#index.get(key) ?? -1;
  }

  /** How high a row was when it was last seen, else the guess. */
  height(index) {
    return this.#measured.get(this.#keys[index]) ?? this.#guess(this.#rows[index]);
  }

  /** A row was measured. @returns {number} how much higher it is than was thought */
  measure(index, height) {
    const more = height - this.height(index);
    this.#measured.set(this.#keys[index], height);
    if (more !== 0) {
      this.#exact = Math.min(this.#exact, index);
    }
    return more;
  }

  /** Nothing is certain any more: the width changed, or the letters. */
  forget() {
    this.#measured.clear();
    this.#exact = 0;
  }

  /** Where the row begins; that of `count` is where all end. */
  top(index) {
    for (; this.#exact < index; this.#exact += 1) {
      this.#tops[this.#exact + 1] = this.#tops[this.#exact] + this.height(this.#exact);
    }
    return this.#tops[index];
  }

  /** Which row is there. Above all it is the first, below all the last. */
  at(y) {
    this.top(this.#rows.length);
    let [low, high] = [0, Math.max(0, this.#rows.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= y) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Which rows are to be there so that nothing is missing from `from` to `to`: [first, behind the last]. */
  between(from, to) {
    return this.#rows.length === 0 ? [0, 0] : [this.at(from), this.at(to) + 1];
  }
}
