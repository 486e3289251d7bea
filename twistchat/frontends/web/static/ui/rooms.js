// Dialogs about where one talks: all rooms, one that has a key, a person to write to, and the switcher.

import { el, fill, icon } from '../elements.js';
import { fold } from '../model/names.js';
import { roomsWords } from '../words/rooms.js';
import { field } from './form.js';
import { actForm, confirm, openPanel } from './panel.js';
import { inOrder } from './sidebar.js';
import { roomCalled } from './orders.js';

const SHOWN = 100;

/** Put the dialogs into `app.dialogs`: rooms, join, write, switcher, away, exit, leave. */
export function mount(app) {
  app.words.add(roomsWords);
  Object.assign(app.dialogs, {
    rooms: (words = '') => openRooms(app, words),
    join: (name = '') => join(app, name),
    write: () => write(app),
    switcher: () => openSwitcher(app),
    away: () => away(app),
    leave: (conversation) => leave(app, conversation),
    exit: () => confirm(app, {
      title: app.t('rooms.exitTitle'),
      text: app.t(app.chat.me.account ? 'rooms.exitAccount' : 'rooms.exitGuest'),
      submit: app.t('rooms.exitDo'),
      act: async () => void app.session.exit(),
    }),
  });
}

/** All rooms that there are: filtered as one types, and made where there is none of that name. */
function openRooms(app, words) {
  const { t, session } = app;
  const filter = field({ label: t('rooms.filter'), value: words, type: 'search', maxlength: '64' });
  const list = el('ul', { class: 'choices' });
  const status = el('p', { class: 'soft small', role: 'status', text: t('rooms.loading') });
  const wrong = el('p', { class: 'wrong', role: 'alert' });
  let rooms = [];
  const dialog = openPanel(app, t('rooms.title'), filter.element, wrong, list, status);

  async function go(name) {
    fill(wrong);
    try {
      await enter(app, name, dialog);
    } catch (error) {
      fill(wrong, t.error(error));
    }
  }

  function draw() {
    const typed = filter.value.trim();
    const wanted = fold(typed.replace(/^#/, ''));
    const matching = rooms.filter((room) => fold(`${room.name} ${room.topic}`).includes(wanted));
    const isNew = typed && !rooms.some((room) => room.name === roomCalled(typed));
    fill(list, matching.slice(0, SHOWN).map((room) => choice([
      el('span', { class: 'choice-name' }, el('bdi', { text: room.name }),
        room.yours && el('small', { class: 'soft', text: t('rooms.yours') })),
      el('span', { class: 'count', title: t('rooms.people', { count: room.count }) },
        el('span', { 'aria-hidden': 'true', text: String(room.count) }),
        el('span', { class: 'heard', text: t('rooms.people', { count: room.count }) })),
      room.topic && el('span', { class: 'choice-more soft small', text: room.topic, dir: 'auto' }),
    ], () => go(room.name))), isNew && choice([
      el('span', { class: 'choice-name' }, icon('plus'), t('rooms.make', { room: roomCalled(typed) })),
    ], () => go(roomCalled(typed))));
    status.textContent = t('rooms.count', { count: matching.length });
  }

  filter.input.addEventListener('input', draw);
  filter.input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing && filter.value.trim()) {
      event.preventDefault();
      go(roomCalled(filter.value));
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.querySelector('button')?.focus();
    }
  });
  list.addEventListener('keydown', (event) => step(event, list, filter.input));
  session.listRooms().then((told) => {
    rooms = roomsOf(told).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
    draw();
  }, (error) => fill(wrong, t.error(error)));
}

function roomsOf(told) {
  return [...(Array.isArray(told) ? told : told.rooms ?? told.answer.rooms)];
}

function choice(children, act) {
  return el('li', {}, el('button', { type: 'button', class: 'choice', on: { click: act } }, children));
}

/** Arrows go through a list of buttons, and back to the field above it. */
function step(event, list, input) {
  const all = [...list.querySelectorAll('button')];
  const at = all.indexOf(document.activeElement);
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    (all[at + (event.key === 'ArrowDown' ? 1 : -1)] ?? (event.key === 'ArrowUp' ? input : all.at(-1))).focus();
  }
}

/** Go into a room; where it has a key, ask for it. */
async function enter(app, name, dialog) {
  try {
    if (!app.chat.conversations.get(name)?.isJoined) {
      await app.session.join(name, {});
    }
  } catch (error) {
    if (error.code !== 'key-needed') {
      throw error;
    }
    dialog?.close();
    join(app, name, true);
    return;
  }
  dialog?.close();
  await app.view.open(name);
}

/** Ask for the key of a room, or only say that it cannot be entered. */
function join(app, name, isKeyed = false) {
  const { t, session, view } = app;
  if (!isKeyed) {
    enter(app, name, null).catch((error) => app.composer.note([t.error(error)], { isError: true }));
    return;
  }
  const key = field({ label: t('rooms.key'), hint: t('rooms.keyHint', { room: name }), type: 'password', autocomplete: 'off' });
  openPanel(app, t('rooms.keyTitle', { room: name }), actForm(app, {
    submit: t('rooms.joinDo'),
    async act() {
      await session.join(name, { key: key.value });
      view.open(name);
    },
  }, key.element));
}

/** Write to somebody: whoever is seen in a room is offered. */
function write(app) {
  const { t, chat, session, view } = app;
  const names = new Map();
  for (const { members } of chat.conversations.values()) {
    for (const [key, { name }] of members ?? []) {
      names.set(key, name);
    }
  }
  names.delete(fold(chat.me.name));
  const options = el('datalist', { id: 'write-names' },
    [...names.values()].sort((a, b) => a.localeCompare(b)).slice(0, 500).map((name) => el('option', { value: name })));
  const who = field({ label: t('rooms.who'), list: 'write-names', autocapitalize: 'none', maxlength: '64' });
  openPanel(app, t('rooms.writeTitle'), actForm(app, {
    submit: t('rooms.writeDo'),
    async act() {
      const name = who.value.trim();
      if (!name) {
        who.fail(t('rooms.whoEmpty'));
        return false;
      }
      if (!chat.conversations.has(`@${fold(name)}`)) {
        await session.describe(name);
      }
      await view.open(`@${name}`);
      return true;
    },
  }, who.element, options));
}

/** Go to a conversation by a few letters of its name. */
function openSwitcher(app) {
  const { t, chat, view } = app;
  const filter = field({ label: t('rooms.switchLabel'), type: 'search' });
  const list = el('ul', { class: 'choices' });
  const dialog = openPanel(app, t('rooms.switchTitle'), filter.element, list);

  function go(conversation) {
    dialog.close();
    view.open(conversation.key);
  }

  function matching() {
    const wanted = fold(filter.value.trim());
    return inOrder(chat)
      .filter(({ key, name }) => key !== view.key && fold(name).includes(wanted))
      .sort((a, b) => b.mentions - a.mentions || (b.unread > 0) - (a.unread > 0));
  }

  function draw() {
    fill(list, matching().map((conversation) => choice([
      el('span', { class: 'choice-name' }, el('bdi', { text: conversation.name })),
      conversation.unread > 0 && el('span', { class: conversation.mentions ? 'count loud' : 'count', text: conversation.unread }),
    ], () => go(conversation))));
    if (!list.childElementCount) {
      fill(list, el('li', { class: 'soft', text: t('rooms.none') }));
    }
  }

  filter.input.addEventListener('input', draw);
  filter.input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      const [first] = matching();
      if (first) {
        go(first);
      }
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.querySelector('button')?.focus();
    }
  });
  list.addEventListener('keydown', (event) => step(event, list, filter.input));
  draw();
}

function away(app) {
  const { t, session } = app;
  const why = field({ label: t('rooms.awayWhy'), hint: t('rooms.awayHint'), maxlength: '200' });
  openPanel(app, t('rooms.awayTitle'), actForm(app, {
    submit: t('rooms.awayDo'), act: () => session.setAway(why.value.trim()),
  }, why.element));
}

function leave(app, { name }) {
  confirm(app, {
    title: app.t('rooms.leaveTitle', { room: name }),
    text: app.t('rooms.leaveText'),
    submit: app.t('rooms.leaveDo'),
    act: () => app.session.leave(name),
  });
}
