// What is shown of things that come and go: drawn once a frame, and each row kept while its thing stays.

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
 * Make the children of a list those of these things, in their order: so that focus and scrolling stay.
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
  let place = list.firstElementChild;
  for (const thing of things) {
    const key = keyOf(thing);
    let row = rows.get(key);
    if (row) {
      rows.delete(key);
    } else {
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
  for (const row of rows.values()) {
    row.remove();
  }
}
