/** Those rows of the log that have elements, each the same for as long as it looks the same. */
import { el } from '../elements.js';

export class DrawnRows {
  #draw;
  #stampOf;
  /** @type {Map<string, {element: HTMLElement, stamp: string}>} */
  #drawn = new Map();

  /** What they stand in. */
  block = el('div', { class: 'log-rows' });

  /**
   * @param {{draw: (row: object) => HTMLElement, stampOf: (row: object) => string}} given  where the stamp is
   *   another, the row is drawn anew
   */
  constructor({ draw, stampOf }) {
    this.#draw = draw;
    this.#stampOf = stampOf;
  }

  /** The element of a row, if it has one. */
  elementOf(key) {
    return this.#drawn.get(key)?.element ?? null;
  }

  clear() {
    this.#drawn.clear();
    this.block.replaceChildren();
  }

  /**
   * Let there be these rows, and no others.
   * @param {{key: string}[]} rows
   * @param {() => void} takeFocus  where it goes from a row that goes
   */
  show(rows, takeFocus) {
    const elements = rows.map((row) => this.#elementFor(row, takeFocus));
    const wanted = new Set(rows.map(({ key }) => key));
    for (const [key, { element }] of this.#drawn) {
      if (!wanted.has(key)) {
        if (element.contains(document.activeElement)) {
          takeFocus();
        }
        element.remove();
        this.#drawn.delete(key);
      }
    }
    let place = this.block.firstChild;
    for (const element of elements) {
      if (element === place) {
        place = place.nextSibling;
      } else {
        this.block.insertBefore(element, place);
      }
    }
  }

  #elementFor(row, takeFocus) {
    const stamp = this.#stampOf(row);
    const known = this.#drawn.get(row.key);
    if (known?.stamp === stamp) {
      return known.element;
    }
    const element = this.#draw(row);
    element.dataset.key = row.key;
    this.#drawn.set(row.key, { element, stamp });
    if (known) {
      const isFocused = known.element.contains(document.activeElement);
      known.element.replaceWith(element);
      if (isFocused) {
        focusIn(element, takeFocus);
      }
    }
    return element;
  }
}

/** Whoever was in a row that is drawn anew is in it again. */
function focusIn(element, otherwise) {
  const stop = element.hasAttribute('tabindex') ? element : element.querySelector('button');
  if (stop) {
    stop.focus({ preventScroll: true });
  } else {
    otherwise();
  }
}
