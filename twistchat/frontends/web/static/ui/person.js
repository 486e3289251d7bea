// What one may do about somebody: a menu on any name, and the dialogs that it opens.

import { el, fill } from '../elements.js';
import { fold } from '../model/names.js';
import { personWords } from '../words/person.js';
import { moderationWords } from '../words/moderation.js';
import { openMenu } from './menu.js';
import { actForm, openPanel } from './panel.js';
import { deedsOn, partOf, rightsOf } from './rights.js';
import { field } from './form.js';

const TIMES = ['600', '3600', '86400', '604800', '2592000', ''];

/** Put `person`, `whois` and `invite` into `app.dialogs`. */
export function mount(app) {
  app.words.add(personWords);
  app.words.add(moderationWords);
  const person = new Person(app);
  Object.assign(app.dialogs, {
    person: (name, conversation, anchor) => person.open(name, conversation, anchor),
    whois: (name) => person.describe(name),
    invite: (conversation) => person.invite('', conversation),
  });
}

class Person {
  #app;

  constructor(app) {
    this.#app = app;
  }

  /** Open the menu on a name. */
  async open(name, conversation, anchor) {
    const { t } = this.#app;
    const rights = rightsOf(this.#app);
    const menu = openMenu(anchor, t('person.menu', { name }), this.#entries(name, conversation));
    if (!rights.of(conversation) && (await rights.read(conversation))) {
      menu.show(this.#entries(name, conversation));
    }
  }

  #isMe(name) {
    return fold(name) === fold(this.#app.chat.me.name);
  }

  #entries(name, conversation) {
    const { t, chat, view, session, dialogs } = this.#app;
    const isMe = this.#isMe(name);
    const isIgnored = chat.ignored.has(fold(name));
    const told = rightsOf(this.#app).of(conversation);
    const part = partOf(name, told);
    const member = conversation?.members?.get(fold(name));
    const isRoom = conversation?.kind === 'room';
    const rooms = [...chat.conversations.values()].filter((other) => other.kind === 'room' && other.isJoined
      && !other.members.has(fold(name)));
    const deeds = isRoom ? deedsOn(chat.me, name, told, Boolean(member)) : [];
    const notes = [isMe && t('person.you'), part && t(`person.${part}`), member?.away !== null && member?.away !== undefined
      && t('person.away', { words: member.away })].filter(Boolean);
    return [
      { heading: name, note: notes.join(' · ') },
      !isMe && conversation?.key !== `@${fold(name)}` && { text: t('person.write'), act: () => view.open(`@${name}`) },
      !isMe && isRoom && conversation.isJoined && { text: t('person.mention'), act: () => this.#app.composer.insert(`@${name} `) },
      { text: t('person.whois'), act: () => this.describe(name) },
      !isMe && rooms.length > 0 && { text: t('person.invite'), act: () => this.invite(name) },
      !isMe && {
        text: t(isIgnored ? 'person.unignore' : 'person.ignore'),
        act: () => this.#do(isIgnored ? session.unignore(name) : session.ignore(name),
          t(isIgnored ? 'person.unignored' : 'person.ignored', { name })),
      },
      isMe && { text: t('person.account'), act: () => dialogs.account?.() },
      deeds.length > 0 && null,
      ...deeds.map((deed) => ({
        text: t(`person.${deed}`), isDanger: ['kick', 'mute', 'ban'].includes(deed),
        act: () => this.#ask(deed, name, conversation),
      })),
    ].filter((entry) => entry !== false);
  }

  /** Do something small, and say above the composer that it was done, or why not. */
  async #do(promise, done) {
    const { composer, t } = this.#app;
    try {
      await promise;
      composer.note([done]);
    } catch (error) {
      composer.note([t.error(error)], { isError: true });
    }
  }

  /** Ask why, and for how long; then do it. */
  #ask(deed, name, conversation) {
    const { t, session } = this.#app;
    const isLasting = deed === 'mute' || deed === 'ban';
    const time = isLasting && field({
      label: t('person.time'),
      input: el('select', {}, TIMES.map((seconds) => el('option', {
        value: seconds, text: seconds ? this.#app.words.duration(Number(seconds)) : t('person.forGood'),
      }))),
    });
    const why = ['kick', 'mute', 'ban'].includes(deed)
      && field({ label: t('person.why'), hint: t('person.whyHint'), maxlength: '200' });
    openPanel(this.#app, t(`person.${deed}Title`, { name, room: conversation.name }), actForm(this.#app, {
      submit: t(`person.${deed}Do`),
      isDanger: ['kick', 'mute', 'ban'].includes(deed),
      act: () => session.moderate(deed, conversation.name, name, {
        seconds: time && time.value ? Number(time.value) : null,
        words: why ? why.value.trim() : '',
      }),
    }, el('p', { class: 'soft', text: t(`person.${deed}Means`) }), time && time.element, why && why.element));
  }

  /** Show what is known of somebody. */
  async describe(name) {
    const { t, session } = this.#app;
    const body = el('div', { class: 'rows' }, t('person.asking'));
    openPanel(this.#app, name, body);
    try {
      const told = await session.describe(name);
      const { here, idle, away, rooms } = told.answer ?? told;
      const about = [
        [t('person.here'), this.#app.words.duration(whole(here))],
        [t('person.idle'), this.#app.words.duration(whole(idle))],
        away !== null && [t('person.isAway'), away || t('person.yes')],
        rooms.length > 0 && [t('person.rooms'), rooms.join(', ')],
      ].filter(Boolean);
      fill(body, el('dl', { class: 'facts' }, about.map(([term, text]) => [el('dt', { text: term }), el('dd', { text, dir: 'auto' })])));
    } catch (error) {
      fill(body, el('p', { class: 'wrong', role: 'alert', text: t.error(error) }));
    }
  }

  /** Ask into which room somebody is to be invited, or who. */
  invite(name, conversation = null) {
    const { t, chat, session, composer } = this.#app;
    const rooms = [...chat.conversations.values()].filter(({ kind, isJoined }) => kind === 'room' && isJoined);
    const who = field({ label: t('person.whom'), value: name, required: true });
    const where = field({
      label: t('person.where'),
      input: el('select', {}, rooms.map((room) => el('option', { value: room.name, text: room.name }))),
    });
    where.input.value = conversation?.name ?? rooms.find((room) => !room.members.has(fold(name)))?.name ?? '';
    openPanel(this.#app, t('person.inviteTitle'), actForm(this.#app, {
      submit: t('person.inviteDo'),
      act: async () => {
        await session.invite(where.value, who.value.trim());
        composer.note([t('person.invited', { name: who.value.trim(), room: where.value })]);
      },
    }, name ? null : who.element, conversation ? null : where.element));
  }
}

/** So many seconds, without what nobody wants to know so exactly. */
function whole(seconds) {
  const unit = [86_400, 3600, 60].find((size) => seconds >= size) ?? 1;
  return Math.max(1, Math.round(seconds / unit)) * unit;
}
