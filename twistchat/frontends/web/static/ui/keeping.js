// What is shown of things that come and go: drawn once a frame, and each row kept while its thing stays.

import { focusLog } from '../elements.js';

/** Do something at most once a frame, however often it is asked for. */
export function onceAFrame(draw) {
  let isDue = false;
  return () => {
    if (!isDue) {
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        draw();
      });
    }
  };
}

/**
 * Make the children of a list those of these things, in their order: so that focus and scrolling stay. From a row
 * that goes, the focus goes to the one beside it.
 *
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} things
 * @param {(thing: T) => string} keyOf
 * @param {(thing: T) => HTMLElement} make
 * @param {(row: HTMLElement, thing: T) => void} update
 */
export function keepRows(list, things, keyOf, make, update) {
  const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
  const wanted = new Set(things.map(keyOf));
  const gone = [...rows.values()].filter((row) => !wanted.has(row.dataset.key));
  leave(gone, wanted);
  gone.forEach((row) => row.remove());
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  let place = list.firstElementChild;
  for (const thing of things) {
    const key = keyOf(thing);
    let row = rows.get(key);
    if (!row) {
      row = make(thing);
      row.dataset.key = key;
    }
    update(row, thing);
    if (row === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(row, place);
    }
  }
  if (focused !== document.activeElement) {
    focused?.focus({ preventScroll: true }); // what is moved loses it
  }
}

/** Go from a row that goes to the nearest one that stays. */
function leave(gone, wanted) {
  const left = gone.find((row) => row.contains(document.activeElement));
  const nearest = (side) => {
    let row = left;
    while (row && !wanted.has(row.dataset.key)) {
      row = row[side];
    }
    return row;
  };
  const beside = left && (nearest('nextElementSibling') ?? nearest('previousElementSibling'));
  if (beside) {
    beside.querySelector('a[href], button')?.focus();
  } else if (left) {
    focusLog();
  }
}

/**
 * Make the buttons of a list one stop of the Tab key: arrows, Home and End go on from there.
 * @param {HTMLElement} list
 * @returns {() => void} to be called when there may be other buttons
 */
export function rove(list) {
  const buttons = () => [...list.querySelectorAll('button')];
  let last = null;
  const stop = (chosen) => {
    for (const button of buttons()) {
      button.tabIndex = button === chosen ? 0 : -1;
    }
  };
  list.addEventListener('focusin', ({ target }) => {
    last = target;
    stop(target);
  });
  list.addEventListener('keydown', (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined && !event.altKey && all[to]) {
      event.preventDefault();
      all[to].focus();
    }
  });
  return () => stop(last?.isConnected ? last : list.querySelector('button'));
}
