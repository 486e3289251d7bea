// A menu on a button: arrows, Home, End, first letters, Escape; and back to where one was.

import { el, fill, focusLog } from '../elements.js';

const GAP = 4;

/**
 * @typedef {{text: string, act: () => void, isDanger?: boolean, note?: string}|{heading: string, note?: string}|null} Entry
 *   null: a line between others
 */

/**
 * Open a menu beside an element, which has the focus again when it closes.
 *
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {Entry[]} entries
 * @returns {{show: (entries: Entry[]) => void, close: () => void}} `show` gives it other entries
 */
export function openMenu(anchor, label, entries) {
  const menu = el('div', { class: 'menu', role: 'menu', 'aria-label': label, tabindex: '-1' });
  const away = new AbortController();
  let isOpen = true;

  function close(isBack = true) {
    if (isOpen) {
      isOpen = false;
      away.abort();
      menu.remove();
      anchor.removeAttribute('aria-expanded');
      if (isBack) {
        anchor.focus();
        if (document.activeElement !== anchor) {
          focusLog(); // whoever it was about is gone by now
        }
      }
    }
  }

  function show(shown) {
    const focused = document.activeElement?.dataset?.entry;
    fill(menu, shown.map((entry) => row(entry, close)));
    items(menu).find((item) => item.dataset.entry === focused)?.focus();
    place(menu, anchor);
  }

  menu.addEventListener('keydown', (event) => move(event, menu, close));
  document.addEventListener('pointerdown', (event) => {
    if (!menu.contains(event.target)) {
      // The click that closes it by its own button does not open it again.
      close(false);
      if (anchor.contains(event.target)) {
        anchor.addEventListener('click', (click) => click.stopImmediatePropagation(), { capture: true, once: true });
      }
    }
  }, { capture: true, signal: away.signal });
  window.addEventListener('resize', () => close(), { signal: away.signal });
  (anchor.closest('dialog') ?? document.body).append(menu);
  anchor.setAttribute('aria-expanded', 'true');
  show(entries);
  (items(menu)[0] ?? menu).focus();
  return { show: (shown) => isOpen && show(shown), close };
}

function items(menu) {
  return [...menu.querySelectorAll('[role=menuitem]')];
}

function row(entry, close) {
  if (entry === null) {
    return el('div', { role: 'separator' });
  }
  if (entry.heading !== undefined) {
    return el('div', { class: 'menu-heading', role: 'presentation' }, el('bdi', { text: entry.heading }),
      entry.note && el('small', { text: entry.note }));
  }
  const { text, act, isDanger, note } = entry;
  return el('button', {
    type: 'button', role: 'menuitem', tabindex: '-1', class: isDanger ? 'danger' : null, data: { entry: text },
    on: { click: () => { close(); act(); } },
  }, text, note && el('small', { text: note }));
}

function move(event, menu, close) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = {
    ArrowDown: (at + 1) % all.length, ArrowUp: (at <= 0 ? all.length : at) - 1, Home: 0, End: all.length - 1,
  }[event.key];
  if (to !== undefined) {
    all[to]?.focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    close();
  } else if (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLowerCase();
    [...all.slice(at + 1), ...all].find((item) => item.textContent.toLowerCase().startsWith(letter))?.focus();
  } else {
    return;
  }
  event.stopPropagation();
  if (event.key !== 'Tab') {
    event.preventDefault();
  }
}

function place(menu, anchor) {
  const beside = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const isAbove = beside.bottom + GAP + height > clientHeight && beside.top > clientHeight - beside.bottom;
  const top = isAbove ? beside.top - GAP - height : beside.bottom + GAP;
  menu.style.setProperty('left', `${within(beside.left, clientWidth - width - GAP)}px`);
  menu.style.setProperty('top', `${within(top, clientHeight - height - GAP)}px`);
}

function within(wanted, most) {
  return Math.max(GAP, Math.min(wanted, most));
}
