// The line above the conversation: where one is, what it is about, and the buttons beside that.

import { el, fill, icon, iconButton } from '../elements.js';
import { writeHash } from '../view.js';
import { onceAFrame } from './keeping.js';
import { roomClicked, textNodes } from './log-told.js';
import { openMenuLater } from './later.js';
import { isModerator, rightsOf } from './rights.js';
import { inOrder, presenceOf } from './sidebar.js';

/**
 * Make the head.
 * @param {HTMLElement} element
 * @param {object} app
 */
export function mountHead(element, app) {
  void new Head(element, app);
}

class Head {
  #app;
  #name = el('h1', { class: 'head-name' });
  #topic = el('div', { class: 'head-topic soft' });
  #members;
  #search;
  #drawer;
  #more;
  #isEditing = false;

  constructor(element, app) {
    this.#app = app;
    const { t, view, chat } = app;
    this.#drawer = iconButton('menu', t('head.sidebar'), { class: 'head-drawer', 'aria-controls': 'sidebar', on: { click: () => view.toggle('sidebar') } });
    this.#search = iconButton('search', t('head.search'), { class: 'head-search', 'aria-controls': 'found', on: { click: () => view.toggle('found') } });
    this.#members = iconButton('people', t('head.members'), { class: 'head-members', 'aria-controls': 'members', on: { click: () => view.toggle('members') } });
    this.#more = iconButton('more', t('head.more'), { 'aria-haspopup': 'menu', on: { click: () => this.#menu() } });
    fill(element, this.#drawer, el('div', { class: 'head-title' }, this.#name, this.#topic),
      el('div', { class: 'head-buttons' }, this.#search, this.#members, this.#more));
    this.#topic.addEventListener('click', (event) => roomClicked(event, view));
    const draw = onceAFrame(() => this.#draw());
    view.opened.listen(() => {
      this.#isEditing = false;
      rightsOf(app).read(this.#conversation());
      draw();
    });
    // Unread elsewhere shows on the button of the drawer too.
    chat.changed.listen(draw);
    view.drawn?.listen(draw);
    rightsOf(app).changed.listen(draw);
    draw();
  }

  #conversation() {
    return this.#app.chat.conversations.get(this.#app.view.key) ?? null;
  }

  #draw() {
    const { t, chat, view } = this.#app;
    const conversation = this.#conversation();
    const isRoom = conversation?.kind === 'room';
    const others = [...chat.conversations.values()].filter((other) => other !== conversation);
    const isLoud = others.some(({ kind, mentions, unread }) => mentions || (kind === 'private' && unread));
    this.#drawer.toggleAttribute('data-unread', others.some(({ unread }) => unread));
    this.#drawer.toggleAttribute('data-loud', isLoud);
    this.#drawer.setAttribute('aria-label', isLoud ? t('head.sidebarUnread') : t('head.sidebar'));
    this.#name.textContent = conversation?.name ?? '';
    this.#name.dir = 'auto';
    for (const [button, name] of [[this.#drawer, 'sidebar'], [this.#search, 'found'], [this.#members, 'members']]) {
      button.setAttribute('aria-expanded', String(Boolean(view.isOpen?.(name))));
    }
    const count = isRoom ? Math.max(conversation.count ?? 0, conversation.members.size) : 0;
    this.#members.hidden = !isRoom;
    fill(this.#members, icon('people'), el('span', { 'aria-hidden': 'true', text: String(count) }));
    this.#members.setAttribute('aria-label', t('head.membersCount', { count }));
    this.#search.hidden = !isRoom;
    this.#more.hidden = !conversation;
    if (!this.#isEditing) {
      this.#drawTopic(conversation, isRoom);
    }
  }

  #drawTopic(conversation, isRoom) {
    const { t, chat } = this.#app;
    if (!isRoom) {
      delete this.#topic.dataset.drawn;
      this.#topic.hidden = false;
      fill(this.#topic, conversation && (conversation.away ? t('head.awayWords', { words: conversation.away })
        : t(`head.${presenceOf(conversation, chat)}`)));
      return;
    }
    const mayEdit = this.#mayEdit(conversation);
    const drawn = `${conversation.key} ${mayEdit} ${conversation.topic}`;
    if (this.#topic.dataset.drawn === drawn) {
      return; // the focus may be on a link in it
    }
    this.#topic.dataset.drawn = drawn;
    const parts = conversation.topic ? textNodes(conversation.topic) : [];
    const edit = mayEdit
      && iconButton('edit', t('head.editTopic'), { class: 'head-edit', on: { click: () => this.#edit() } });
    this.#topic.title = conversation.topic;
    this.#topic.hidden = !conversation.topic;
    fill(this.#topic, el('span', { class: 'head-topic-text', dir: 'auto' }, parts), edit);
  }

  #mayEdit(conversation) {
    const told = rightsOf(this.#app).of(conversation);
    return conversation.isJoined && (!told?.rules.topic_locked || isModerator(this.#app.chat.me, told));
  }

  /** Let the topic be written, in its place. */
  #edit() {
    const { t, session } = this.#app;
    const conversation = this.#conversation();
    const input = el('input', {
      type: 'text', value: conversation.topic, 'aria-label': t('head.topicLabel'), autocomplete: 'off',
      maxlength: session.server?.limits?.topic ?? 400,
    });
    const wrong = el('span', { class: 'wrong', role: 'alert' });
    const done = () => {
      this.#isEditing = false;
      this.#draw();
      (this.#topic.hidden ? this.#more : (this.#topic.querySelector('button') ?? this.#more)).focus();
    };
    const form = el('form', {
      class: 'head-form',
      on: {
        submit: async (event) => {
          event.preventDefault();
          try {
            if (input.value.trim() !== conversation.topic) {
              await session.setTopic(conversation.name, input.value.trim());
            }
            done();
          } catch (error) {
            fill(wrong, t.error(error));
          }
        },
        keydown: (event) => {
          if (event.key === 'Escape' && !event.isComposing) {
            event.preventDefault();
            done();
          }
        },
      },
    }, input, el('button', { type: 'submit', class: 'first', text: t('head.topicDo') }),
    iconButton('close', t('head.topicCancel'), { on: { click: done } }), wrong);
    this.#isEditing = true;
    delete this.#topic.dataset.drawn;
    this.#topic.hidden = false;
    fill(this.#topic, form);
    input.focus();
    input.select();
  }

  #menu() {
    const { t, dialogs, chat, view } = this.#app;
    const conversation = this.#conversation();
    const link = { text: t('head.copyLink'), act: () => this.#copy(conversation) };
    const close = { text: t('head.close'), act: () => this.#close(conversation) };
    const leave = conversation.isJoined ? { text: t('head.leave'), act: () => dialogs.leave(conversation) } : close;
    const told = rightsOf(this.#app).of(conversation);
    openMenuLater(this.#app, this.#more, t('head.more'), conversation.kind === 'room'
      ? [
        { heading: conversation.name, note: t('head.people', { count: conversation.count ?? conversation.members.size }) },
        !this.#search.offsetWidth && { text: t('head.search'), act: () => view.toggle('found') },
        !this.#members.offsetWidth && { text: t('head.members'), act: () => view.toggle('members') },
        this.#mayEdit(conversation) && { text: t('head.editTopic'), act: () => this.#edit() },
        conversation.isJoined && { text: t('head.rules'), act: () => dialogs.rules(conversation) },
        isModerator(chat.me, told) && { text: t('head.sanctions'), act: () => dialogs.rules(conversation, 'sanctions') },
        conversation.isJoined && { text: t('head.invite'), act: () => dialogs.invite(conversation) },
        link, null, leave,
      ].filter((entry) => entry !== false)
      : [
        { heading: conversation.name },
        { text: t('head.person'), act: () => dialogs.person(conversation.name, conversation, this.#more) },
        close,
      ]);
  }

  #close(conversation) {
    const { session, view, chat } = this.#app;
    session.close(conversation);
    const [first] = inOrder(chat);
    if (first) {
      view.open(first.key);
    }
  }

  async #copy(conversation) {
    const { t, composer } = this.#app;
    const address = new URL(writeHash(conversation.key), document.baseURI).href;
    try {
      await navigator.clipboard.writeText(address);
      composer.note([t('head.copied')]);
    } catch {
      // Over plain http there is no clipboard: it can be copied by hand.
      const field = el('input', { type: 'text', readonly: true, value: address, 'aria-label': t('head.copyLink') });
      composer.note([t('head.copyByHand'), field]);
      field.focus();
      field.select();
    }
  }
}
