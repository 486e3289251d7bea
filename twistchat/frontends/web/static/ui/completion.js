// The list above the composer of what a word may become.

import { el, fill } from '../elements.js';
import { findCompletion, inserted } from './completing.js';
import { fetchPart } from './later.js';
import { COMMANDS } from './manual.js';

const RECENT = 60;

/**
 * Complete what is typed into a field.
 * @param {HTMLTextAreaElement} area
 * @param {object} app
 * @returns {{pressed: (event: KeyboardEvent) => boolean, close: () => void}} `pressed`: whether it was for the list
 */
export function mountCompletion(area, app) {
  const list = el('ul', { id: 'completion', class: 'completion', role: 'listbox', hidden: true, 'aria-label': app.t('completion.title') });
  const status = el('div', { class: 'heard', role: 'status' });
  area.parentElement.append(list, status);
  // No combobox: that would be of one line.
  area.setAttribute('aria-autocomplete', 'list');
  area.setAttribute('aria-controls', 'completion');
  let found = null;
  let chosen = 0;

  function close() {
    found = null;
    list.hidden = true;
    status.textContent = '';
    area.removeAttribute('aria-activedescendant');
  }

  function look(isAsked = false) {
    if (area.selectionStart !== area.selectionEnd) {
      close();
      return;
    }
    found = findCompletion(area.value, area.selectionStart, known(app), isAsked);
    if (found?.kind === 'command' && !app.t.has('commands.of.me')) {
      // What they are for comes with them; the list is shown at once.
      fetchPart('commandsWords').then(({ commandsWords }) => {
        app.words.add(commandsWords);
        found && look(isAsked);
      }, () => {});
    }
    const isDone = found?.options.length === 1 && found.options[0] === found.typed && !isAsked;
    if (!found || isDone) {
      close();
      return;
    }
    chosen = 0;
    fill(list, found.options.map((option, index) => el(
      'li',
      // Pressing keeps the focus, and the keyboard of a phone, where they are.
      { id: `completion-${index}`, role: 'option', on: { pointerdown: (event) => event.preventDefault(), click: () => take(index) } },
      el('span', { class: 'completion-name', text: shown(found, option), dir: 'auto' }),
      found.kind === 'command' && app.t.has('commands.of.me') && el('span', { class: 'soft small', text: app.t(`commands.of.${option}`) }),
    )));
    list.hidden = false;
    status.textContent = app.t('completion.count', { count: found.options.length });
    choose(0);
  }

  function choose(index) {
    chosen = (index + found.options.length) % found.options.length;
    [...list.children].forEach((row, at) => row.setAttribute('aria-selected', String(at === chosen)));
    list.children[chosen].scrollIntoView({ block: 'nearest' });
    area.setAttribute('aria-activedescendant', `completion-${chosen}`);
  }

  function take(index) {
    const { from, to, options } = found;
    area.setRangeText(inserted(found, options[index]), from, to, 'end');
    close();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function pressed(event) {
    const { key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && key !== 'Tab')) {
      return false;
    }
    if (!found) {
      if (key !== 'Tab' || event.shiftKey || area.value === '') {
        return false;
      }
      look(true);
      if (found?.options.length === 1) {
        take(0);
        event.preventDefault();
        return true;
      }
      if (found) {
        event.preventDefault();
      }
      return found !== null;
    }
    if (key === 'Tab') {
      event.shiftKey ? choose(chosen - 1) : take(chosen);
    } else if (key === 'Enter') {
      // What is written out already is sent, not completed.
      if (found.options[chosen] === found.typed) {
        close();
        return false;
      }
      take(chosen);
    } else if (key === 'ArrowDown' || key === 'ArrowUp') {
      choose(chosen + (key === 'ArrowDown' ? 1 : -1));
    } else if (key === 'Escape') {
      close();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  area.addEventListener('input', (event) => !event.isComposing && look());
  area.addEventListener('compositionend', () => look());
  area.addEventListener('blur', close);
  return { pressed, close };
}

function shown({ kind, mark }, option) {
  return kind === 'command' ? `/${option}` : mark + option;
}

/** What words may become here: commands, people of this conversation, and rooms. */
function known(app) {
  const { chat, view } = app;
  const conversation = chat.conversations.get(view.key);
  const names = new Set();
  const there = [...(conversation?.members?.values() ?? [])].map(({ name }) => name);
  const isThere = new Set(there);
  for (const item of conversation?.log.items.slice(-RECENT).reverse() ?? []) {
    if (item.kind === 'said' && !item.isMine && isThere.has(item.who)) {
      names.add(item.who);
    }
  }
  if (conversation?.kind === 'private') {
    names.add(conversation.name);
  }
  for (const name of there.sort((a, b) => a.localeCompare(b))) {
    names.add(name);
  }
  names.delete(chat.me.name);
  const rooms = [...chat.conversations.values()].filter(({ kind }) => kind === 'room').map(({ key }) => key);
  return { commands: COMMANDS, names: [...names], rooms };
}
