// Where one types. A text waits in its conversation until it is said; one line is one message.

import { el, fill, iconButton } from '../elements.js';
import { mountCompletion } from './completion.js';
import { onceAFrame } from './keeping.js';
import { keepDrafts } from './drafts.js';
import { fetchPart } from './later.js';
import { rightsOf, isModerator, partOf } from './rights.js';
import { countBytes, mayHoldPassword, readTyped, splitLines } from './typed.js';

const MOST_LINES = 8;
const MANY = 5;
const REMEMBERED = 50;

/**
 * Make the composer.
 * @param {HTMLFormElement} form
 * @param {object} app gets `app.composer`: `focus()`, `insert(text)`, `note(lines, given)`
 */
export function mountComposer(form, app) {
  app.composer = new Composer(form, app);
}

class Composer {
  #app;
  #area = el('textarea', {
    rows: '1', autocomplete: 'off', spellcheck: true, enterkeyhint: 'send', 'aria-describedby': 'composer-state',
  });
  #note = el('div', { class: 'composer-note', hidden: true, tabindex: '-1' });
  #state = el('div', { class: 'composer-state small', id: 'composer-state' });
  #send;
  #commands = null;
  #completion;
  #shown = null;
  #sent = [];
  #recalled = -1;
  #drafts;

  constructor(form, app) {
    this.#app = app;
    this.#drafts = keepDrafts(app.chat, () => sessionStorage);
    this.#send = iconButton('send', app.t('composer.send'), { type: 'submit', class: 'composer-send' });
    fill(form, this.#note, el('div', { class: 'composer-box' }, this.#area, this.#send), this.#state);
    this.#completion = mountCompletion(this.#area, app);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#area.addEventListener('keydown', (event) => this.#pressed(event));
    this.#area.addEventListener('input', () => {
      this.#recalled = -1;
      this.#typed();
    });
    const draw = onceAFrame(() => this.#draw());
    app.view.opened.listen(() => this.#open());
    app.chat.changed.listen(({ conversation }) => (!conversation || conversation === this.#shown) && draw());
    app.session.state.listen(draw);
    rightsOf(app).changed.listen(draw);
    this.#open();
  }

  /** Let one type. */
  focus() {
    this.#area.focus();
  }

  /** Put something in where the caret is, a name say. */
  insert(text) {
    this.#area.focus();
    const { selectionStart, value } = this.#area;
    const blank = selectionStart && !/\s$/.test(value.slice(0, selectionStart)) ? ' ' : '';
    this.#area.setRangeText(blank + text, selectionStart, this.#area.selectionEnd, 'end');
    this.#typed();
  }

  /**
   * Show something above the composer until it is closed, or something is said.
   * @param {(string|Node)[]} lines
   * @param {{isError?: boolean, buttons?: {text: string, act: () => void}[]}} [given]
   */
  note(lines, { isError = false, buttons = [] } = {}) {
    const { t } = this.#app;
    fill(
      this.#note,
      el('div', { class: 'composer-note-lines', role: isError ? 'alert' : 'status' },
        lines.map((line) => (line instanceof Node ? line : el('p', { text: line, dir: 'auto' })))),
      buttons.map(({ text, act }) => el('button', { type: 'button', text, on: { click: () => { this.#hush(); act(); } } })),
      iconButton('close', t('composer.dismiss'), { on: { click: () => { this.#hush(); this.focus(); } } }),
    );
    this.#note.classList.toggle('wrong', isError);
    this.#note.hidden = false;
  }

  #hush() {
    this.#note.hidden = true;
    fill(this.#note);
  }

  #conversation() {
    return this.#app.chat.conversations.get(this.#app.view.key) ?? null;
  }

  #open() {
    const conversation = this.#conversation();
    if (conversation === this.#shown) {
      this.#draw();
      return;
    }
    this.#shown = conversation;
    this.#area.value = conversation?.draft || this.#drafts.get(conversation?.key) || '';
    this.#drafts.delete(conversation?.key);
    this.#recalled = -1;
    this.#completion.close();
    this.#hush();
    rightsOf(this.#app).read(conversation);
    this.#typed();
    if (!matchMedia('(pointer: coarse)').matches && !document.querySelector('dialog[open]')) {
      this.focus();
    }
  }

  #typed() {
    if (this.#shown) {
      this.#shown.draft = this.#area.value;
    }
    this.#grow();
    this.#draw();
  }

  #grow() {
    const area = this.#area;
    area.style.setProperty('height', 'auto');
    const { lineHeight, paddingTop, paddingBottom, borderTopWidth } = getComputedStyle(area);
    const line = parseFloat(lineHeight) || 24;
    const around = parseFloat(paddingTop) + parseFloat(paddingBottom) + 2 * parseFloat(borderTopWidth);
    const wanted = Math.min(area.scrollHeight + 2 * parseFloat(borderTopWidth), MOST_LINES * line + around);
    area.style.setProperty('height', `${Math.ceil(wanted)}px`);
    area.classList.toggle('is-full', area.scrollHeight > wanted + 1);
  }

  #draw() {
    const { t, session } = this.#app;
    const conversation = this.#shown;
    const isOut = !conversation || (conversation.kind === 'room' && !conversation.isJoined && session.state.value === 'in');
    const out = isOut && conversation ? t('composer.out', { room: conversation.name }) : '';
    const label = conversation ? out || t('composer.to', { name: conversation.name }) : t('composer.nowhere');
    this.#area.placeholder = label;
    this.#area.setAttribute('aria-label', label);
    this.#area.disabled = !conversation;
    this.#area.readOnly = isOut; // what stands there stays, and so does the focus
    this.#send.disabled = isOut || this.#area.value.trim() === '';
    const words = [];
    const isSame = this.#state.dataset.out === conversation?.key;
    this.#state.dataset.out = (isOut && conversation?.key) || '';
    if (this.#state.dataset.out) {
      if (isSame) {
        return; // the focus may be on its button
      }
      words.push(this.#area.value && out, el('button', {
        type: 'button', text: t('composer.join'), on: { click: () => { this.focus(); this.#app.dialogs.join(conversation.name); } },
      }));
    } else {
      words.push(this.#counted(), this.#hindrance(conversation));
    }
    fill(this.#state, ...words);
  }

  /** How much fits, where it is nearly too much. */
  #counted() {
    const most = this.#most();
    const longest = Math.max(0, ...splitLines(this.#area.value).map(countBytes));
    const isOver = longest > most;
    this.#area.setAttribute('aria-invalid', String(isOver));
    if (longest < most * 0.8) {
      return null;
    }
    const words = isOver ? 'composer.over' : 'composer.near';
    return el('span', { class: isOver ? 'wrong' : 'soft', text: this.#app.t(words, { count: Math.abs(most - longest) }) });
  }

  #most() {
    return this.#app.session.server?.limits?.text ?? 16_384;
  }

  #hindrance(conversation) {
    const { t, chat, session } = this.#app;
    if (session.state.value !== 'in') {
      return el('span', { class: 'soft', text: t('composer.offline') });
    }
    const told = rightsOf(this.#app).of(conversation);
    if (!told || isModerator(chat.me, told) || partOf(chat.me.name, told)) {
      return null;
    }
    const { moderated, slow } = told.rules;
    const words = (moderated && t('composer.moderated')) || (slow && t('composer.slow', { count: slow }));
    return words ? el('span', { class: 'soft', text: words }) : null;
  }

  #pressed(event) {
    // While Chinese is composed, Enter chooses a word (229: what Safari says of it).
    if (event.isComposing || event.keyCode === 229 || this.#completion.pressed(event)) {
      return;
    }
    const { key } = event;
    if (key === 'Enter' && !event.shiftKey && !event.altKey) {
      const isSending = this.#app.settings.get('enterSends') !== false || event.ctrlKey || event.metaKey;
      if (isSending) {
        event.preventDefault();
        this.#submit();
      }
    } else if (key === 'Escape' && !this.#note.hidden) {
      this.#hush();
      event.stopPropagation();
    } else if ((key === 'ArrowUp' || key === 'ArrowDown') && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      this.#recall(event, key === 'ArrowUp' ? 1 : -1);
    }
  }

  /** Show what one has said before, in an empty composer. */
  #recall(event, step) {
    if (this.#area.value !== '' && this.#recalled < 0) {
      return;
    }
    const at = Math.max(-1, Math.min(this.#recalled + step, this.#sent.length - 1));
    if (at !== this.#recalled) {
      event.preventDefault();
      this.#area.value = at < 0 ? '' : this.#sent.at(-1 - at);
      this.#typed();
      this.#recalled = at;
    }
  }

  #submit() {
    const conversation = this.#shown;
    const { t, chat } = this.#app;
    const lines = splitLines(this.#area.value);
    if (!conversation || this.#send.disabled || !lines.length) {
      return;
    }
    const first = readTyped(lines[0]);
    if (lines.length === 1 && first.command) {
      this.#command(conversation, lines[0], first);
    } else if (lines.some((line) => countBytes(line) > this.#most())) {
      this.note([t('composer.long', { count: this.#most() })], { isError: true });
    } else if (lines.length === 1 && mayHoldPassword(lines[0], chat.me.name)) {
      this.note([t('composer.password')], {
        isError: true,
        buttons: [{ text: t('composer.anyway'), act: () => this.#say(conversation, lines) }],
      });
    } else if (lines.length > MANY) {
      this.note([t('composer.many', { count: lines.length })], {
        buttons: [{ text: t('composer.sendAll', { count: lines.length }), act: () => this.#say(conversation, lines) }],
      });
    } else {
      this.#say(conversation, lines.length === 1 ? [first.say] : lines);
    }
  }

  #say(conversation, lines) {
    this.#accept(conversation, this.#area.value);
    for (const line of lines) {
      this.#app.session.say(conversation, line, {});
    }
  }

  /** Empty the composer, and remember what was in it. */
  #accept(conversation, text) {
    this.#hush();
    if (this.#sent.at(-1) !== text && !mayHoldPassword(text.replace(/^\//, ''), this.#app.chat.me.name)) {
      this.#sent = [...this.#sent, text].slice(-REMEMBERED);
    }
    this.#recalled = -1;
    this.#set(conversation, '');
    this.#completion.close();
    this.focus();
  }

  #set(conversation, text) {
    conversation.draft = text;
    if (conversation === this.#shown) {
      this.#area.value = text;
      this.#typed();
    }
  }

  async #command(conversation, line, { command, words }) {
    this.#accept(conversation, line);
    try {
      this.#commands ??= new (await fetchPart('commands')).Commands(this.#app);
      const lines = await this.#commands.run(conversation, command, words);
      if (lines?.length) {
        this.note(lines);
      }
    } catch (error) {
      // Nothing that was typed is lost: it can be put right, and sent again.
      if (!conversation.draft) {
        this.#set(conversation, line);
      }
      this.note([error.usage ?? this.#app.t.error(error)], { isError: true });
    }
  }
}
