/**
 * The log by keyboard. It is one stop of the Tab key, and scrolls by PageUp and PageDown as everything does; Home
 * and End lead to its ends, which the browser does not know before all is measured. The arrows go from line to
 * line; of the line where one is, Tab leads on to its buttons, and Enter opens its menu.
 */

const NO_STOP = new Set(['top', 'day', 'new']);

export class LogKeys {
  #scroller;
  #window;
  #rows;
  #current = null;

  /**
   * @param {HTMLElement} scroller
   * @param {import('./log-window.js').LogWindow} window
   * @param {() => object[]} rows
   */
  constructor(scroller, window, rows) {
    this.#scroller = scroller;
    this.#window = window;
    this.#rows = rows;
    scroller.addEventListener('keydown', (event) => this.#pressed(event));
    scroller.addEventListener('focusin', (event) => this.#focused(event.target.closest('[data-key]')));
    scroller.addEventListener('focusout', (event) => {
      if (!scroller.contains(event.relatedTarget)) {
        this.#focused(null);
      }
    });
  }

  /** Only the buttons of the line where one is are stops. */
  #focused(row) {
    if (row !== this.#current) {
      setStops(this.#current, '-1');
      setStops(row, '0');
      this.#current = row;
    }
  }

  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) {
      return;
    }
    const isRow = event.target.matches('[data-key]');
    if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && (isRow || event.target === this.#scroller)) {
      this.#step(event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'Home') {
      this.#window.to(this.#rows()[0].key, 'nearest');
    } else if (event.key === 'End') {
      this.#window.toEnd();
    } else if (isRow && (event.key === 'Enter' || event.key === 'ContextMenu')) {
      event.target.querySelector('[data-do=menu]')?.click();
    } else if (event.key === 'Escape' && event.target !== this.#scroller) {
      this.#scroller.focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Go to the next line up or down: from that where one is, else from the edge of what is in sight. */
  #step(by) {
    const rows = this.#rows();
    const [first, last] = this.#window.inSight;
    let index = this.#current ? this.#window.indexOf(this.#current.dataset.key) : -1;
    index = index >= 0 ? index + by : by < 0 ? last : first;
    while (rows[index] && NO_STOP.has(rows[index].type)) {
      index += by;
    }
    if (!rows[index]) {
      this.#scroller.scrollBy(0, by * 40);
      return;
    }
    this.#window.to(rows[index].key, 'nearest');
    const row = this.#window.elementOf(rows[index].key);
    const stop = row?.hasAttribute('tabindex') ? row : row?.querySelector('button');
    stop?.focus({ preventScroll: true });
  }
}

function setStops(row, tabindex) {
  for (const button of row?.querySelectorAll('[data-roving]') ?? []) {
    button.setAttribute('tabindex', tabindex);
  }
}
