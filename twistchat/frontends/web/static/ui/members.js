// Who is here: moderators first, then all others by name; who is away is quieter.

import { el, fill, icon, iconButton } from '../elements.js';
import { fold, hue } from '../model/names.js';
import { keepRows, onceAFrame, rove } from './keeping.js';
import { partOf, rightsOf } from './rights.js';

const RANKS = { founder: 0, moderator: 1, voiced: 3 };

/**
 * Make the list of members.
 * @param {HTMLElement} element
 * @param {object} app
 */
export function mountMembers(element, app) {
  const { t, chat, view } = app;
  const rights = rightsOf(app);
  const title = el('h2', { id: 'members-title' });
  const list = el('ul', { class: 'members-list', 'aria-labelledby': 'members-title' });
  const more = el('p', { class: 'soft small members-more' });
  element.setAttribute('aria-labelledby', 'members-title');
  fill(element, el('div', { class: 'members-head' }, title,
    iconButton('close', t('members.close'), { class: 'members-close', on: { click: () => view.toggle('members') } })), list, more);

  const roved = rove(list);
  const draw = onceAFrame(() => {
    const conversation = chat.conversations.get(view.key);
    const told = rights.of(conversation);
    const all = membersOf(conversation, chat, told);
    const count = Math.max(conversation?.kind === 'room' ? conversation.count ?? 0 : 0, all.length);
    title.textContent = (conversation?.kind === 'private' && t('members.private'))
      || (conversation && !conversation.isJoined && t('members.out')) || t('members.title', { count });
    keepRows(list, all, ({ name }) => fold(name), (member) => makeMemberRow(member, app), (row, member) => updateMemberRow(row, member, app));
    roved();
    more.textContent = count > all.length ? t('members.more', { count: count - all.length }) : '';
  });
  chat.changed.listen(({ conversation }) => (!conversation || conversation.key === view.key || view.key?.[0] === '@') && draw());
  view.opened.listen(draw);
  rights.changed.listen(draw);
  draw();
}

/** The members of a conversation in the order in which they are shown, with their parts. */
export function membersOf(conversation, chat, told) {
  if (!conversation) {
    return [];
  }
  const members = conversation.kind === 'room'
    ? [...conversation.members.values()]
    : [{ name: conversation.name, away: conversation.away }, { name: chat.me.name, away: null }];
  const parts = new Map();
  for (const name of told ? [told.founder, ...told.moderators, ...told.voiced] : []) {
    if (name) {
      parts.set(fold(name), partOf(name, told));
    }
  }
  return members
    .map(({ name, away }) => {
      const part = parts.get(fold(name)) ?? '';
      // A voice is worth something only where not everybody has one.
      return { name, away: away ?? null, part: part === 'voiced' && !told.rules?.moderated ? '' : part };
    })
    .sort((a, b) => (RANKS[a.part] ?? 4) - (RANKS[b.part] ?? 4) || collator.compare(a.name, b.name));
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

function makeMemberRow({ name }, app) {
  const button = el('button', {
    type: 'button', class: 'member bare', tabindex: '-1', 'aria-haspopup': 'menu',
    on: {
      click: () => app.dialogs.person(button.dataset.name, app.chat.conversations.get(app.view.key), button),
    },
  });
  button.style.setProperty('--hue', hue(name));
  return el('li', {}, button);
}

function updateMemberRow(row, { name, away, part }, { t, chat }) {
  const isMe = fold(name) === fold(chat.me.name);
  const state = `${name}\n${away}\n${part}\n${isMe}`;
  if (row.dataset.state === state) {
    return;
  }
  row.dataset.state = state;
  const [button] = row.children;
  button.dataset.name = name;
  button.toggleAttribute('data-away', away !== null);
  const awayWords = away === null ? '' : away ? t('members.awayWords', { words: away }) : t('members.away');
  button.title = [name, part && t(`members.${part}`), awayWords].filter(Boolean).join(' · ');
  fill(
    button,
    el('span', { class: `presence ${away === null ? 'here' : 'away'}` }),
    el('bdi', { class: 'name', text: name }),
    isMe && el('small', { class: 'soft', text: t('members.you') }),
    part && el('span', { class: 'member-part' }, icon({ founder: 'crown', moderator: 'shield', voiced: 'sound' }[part])),
    el('span', { class: 'heard', text: [part && t(`members.${part}`), awayWords].filter(Boolean).map((text) => `, ${text}`).join('') }),
  );
}
