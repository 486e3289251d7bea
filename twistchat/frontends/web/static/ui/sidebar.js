// The conversations one is in, and one's own name.

import { el, fill, icon, iconButton } from '../elements.js';
import { fold } from '../model/names.js';
import { writeHash } from '../view.js';
import { keepRows, onceAFrame } from './keeping.js';
import { mountLater, openMenuLater } from './later.js';

/**
 * Make the sidebar; and put the dialogs about rooms and people into `app.dialogs`.
 * @param {HTMLElement} element
 * @param {object} app
 */
export function mountSidebar(element, app) {
  const { t, chat, view } = app;
  mountLater(app);

  const title = el('h2', { class: 'sidebar-title' });
  const rooms = el('ul', { 'aria-labelledby': 'sidebar-rooms' });
  const people = el('ul', { 'aria-labelledby': 'sidebar-people' });
  const own = el('button', { type: 'button', class: 'own bare', 'aria-haspopup': 'menu', on: { click: () => ownMenu(own, app) } });
  element.setAttribute('aria-label', t('sidebar.title'));
  fill(
    element,
    el('div', { class: 'sidebar-lists' },
      title,
      el('div', { class: 'sidebar-head' }, el('h3', { id: 'sidebar-rooms', text: t('sidebar.rooms') }),
        iconButton('plus', t('sidebar.findRooms'), { on: { click: () => app.dialogs.rooms() } })),
      rooms,
      el('div', { class: 'sidebar-head' }, el('h3', { id: 'sidebar-people', text: t('sidebar.people') }),
        iconButton('edit', t('sidebar.write'), { on: { click: () => app.dialogs.write() } })),
      people),
    el('div', { class: 'sidebar-foot' }, own),
  );

  const draw = onceAFrame(() => {
    title.textContent = app.session.server?.server ?? '';
    const all = inOrder(chat);
    drawList(rooms, all.filter(({ kind }) => kind === 'room'), app);
    drawList(people, all.filter(({ kind }) => kind === 'private'), app);
    drawOwn(own, app);
  });
  for (const signal of [chat.changed, chat.changedMe, view.opened, app.session.state]) {
    signal.listen(draw);
  }
  chat.arrived.listen(({ item }) => tellInvited(item, app));
  document.addEventListener('keydown', (event) => pressed(event, app));
  draw();
}

/** Say above the composer that one is invited, wherever one is. */
function tellInvited({ kind, isPast, who, to, room }, { t, chat, composer, view }) {
  if (kind === 'invited' && !isPast && fold(to) === fold(chat.me.name)) {
    composer.note([t('sidebar.invited', { who, room })], {
      buttons: [{ text: t('sidebar.goIn'), act: () => view.open(room) }],
    });
  }
}

/** Conversations as they stand in the sidebar: rooms, the lobby first; then people, by their names. */
export function inOrder(chat) {
  const rank = ({ kind, key }) => (kind !== 'room' ? 2 : key === '#lobby' ? 0 : 1);
  return [...chat.conversations.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function drawList(list, conversations, app) {
  keepRows(list, conversations, ({ key }) => key, (conversation) => makeConversationRow(conversation, app),
    (row, conversation) => updateConversationRow(row, conversation, app));
}

function makeConversationRow(conversation, { view }) {
  const link = el('a', {
    href: writeHash(conversation.key), class: 'conversation',
    on: {
      click: (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
          event.preventDefault();
          view.open(conversation.key);
        }
      },
    },
  });
  return el('li', {}, link);
}

function updateConversationRow(row, conversation, { t, chat, view }) {
  const link = row.firstElementChild;
  const { name, kind, unread, mentions } = conversation;
  const isHere = view.key === conversation.key;
  const presence = kind === 'private' ? presenceOf(conversation, chat) : null;
  link.toggleAttribute('data-unread', unread > 0 && !isHere);
  link.toggleAttribute('data-out', kind === 'room' && !conversation.isJoined);
  if (isHere) {
    link.setAttribute('aria-current', 'page');
  } else {
    link.removeAttribute('aria-current');
  }
  const isLoud = mentions > 0 || (kind === 'private' && unread > 0);
  const count = mentions || unread;
  fill(
    link,
    presence ? el('span', { class: `presence ${presence}` }) : icon('hash'),
    el('span', { class: 'conversation-name', text: kind === 'room' ? name.replace(/^#/, '') : name, dir: 'auto' }),
    presence && el('span', { class: 'heard', text: `, ${t(`sidebar.${presence}`)}` }),
    unread > 0 && !isHere && el('span', { class: isLoud ? 'count loud' : 'count' },
      el('span', { 'aria-hidden': 'true', text: `${mentions && kind === 'room' ? '@' : ''}${count > 99 ? '99+' : count}` }),
      el('span', { class: 'heard', text: `, ${mentions && kind === 'room'
        ? t('sidebar.mentions', { count: mentions }) : t('sidebar.unread', { count: unread })}` })),
  );
}

/** Whether somebody is 'here', 'away' or 'gone', as far as one sees them in a room. */
export function presenceOf({ name, away }, chat) {
  const key = fold(name);
  if (away !== null) {
    return 'away';
  }
  for (const { kind, isJoined, members } of chat.conversations.values()) {
    const member = kind === 'room' && isJoined && members.get(key);
    if (member) {
      return member.away === null || member.away === undefined ? 'here' : 'away';
    }
  }
  return 'gone';
}

function myAway(chat) {
  const key = fold(chat.me.name ?? '');
  for (const { members } of chat.conversations.values()) {
    if (members?.has(key)) {
      return members.get(key).away ?? null;
    }
  }
  return null;
}

function drawOwn(button, { t, chat }) {
  const name = chat.me.name ?? '';
  const away = myAway(chat);
  const what = away !== null ? 'away' : (chat.me.operator && 'operator') || (chat.me.account ? 'account' : 'guest');
  button.setAttribute('aria-label', `${t('sidebar.own', { name })}, ${t(`sidebar.${what}`)}`);
  fill(button, el('span', { class: `presence ${away === null ? 'here' : 'away'}` }),
    el('span', { class: 'own-name' }, el('bdi', { text: name }), el('small', { class: 'soft', text: t(`sidebar.${what}`) })),
    icon('more'));
}

function ownMenu(button, app) {
  const { t, chat, session, dialogs } = app;
  const away = myAway(chat);
  openMenuLater(app, button, t('sidebar.own', { name: chat.me.name }), [
    away === null
      ? { text: t('sidebar.goAway'), act: () => dialogs.away() }
      : { text: t('sidebar.comeBack'), act: () => session.setAway(null).catch(() => {}) },
    { text: t('sidebar.accountItem'), act: () => dialogs.account?.() },
    { text: t('sidebar.settings'), act: () => dialogs.settings?.() },
    null,
    { text: t('sidebar.exit'), isDanger: true, act: () => dialogs.exit() },
  ]);
}

/** Alt and arrows go through the conversations, with Shift through the unread ones; Ctrl+K finds one. */
function pressed(event, app) {
  const { view, chat } = app;
  if (document.querySelector('dialog[open]') || event.isComposing || document.getElementById('app').hidden) {
    return;
  }
  const isStep = event.altKey && !event.ctrlKey && !event.metaKey && ['ArrowUp', 'ArrowDown'].includes(event.key);
  if (isStep) {
    event.preventDefault();
    const next = neighbour(inOrder(chat), view.key, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
    if (next) {
      view.open(next.key);
    }
  } else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    app.dialogs.switcher();
  }
}

/** The conversation before or behind another; going round. */
export function neighbour(conversations, key, step, isUnread) {
  const at = conversations.findIndex((conversation) => conversation.key === key);
  for (let far = 1; far <= conversations.length; far += 1) {
    const size = conversations.length;
    const next = conversations[(((at < 0 && step < 0 ? 0 : at) + step * far) % size + size) % size];
    if (next.key !== key && (!isUnread || next.unread > 0)) {
      return next;
    }
  }
  return null;
}
