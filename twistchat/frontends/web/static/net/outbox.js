// One's own lines, until the server has said that they are kept, or that they never will be.

/** The server remembers a key for a day. */
const KEY_TIME = 24 * 60 * 60;
/** A line that was refused only for now is sent again after so many milliseconds. */
const RESEND_PAUSE = 5_000;
const PASSING = new Set(['stopping', 'not-kept-stopping', 'not-kept-unknown', 'unknown']);
/** These would be refused for ever: the text is to be changed. */
const FINAL = new Set(['key-reused', 'text-long', 'too-long', 'nothing-to-say', 'bad-field']);

/**
 * @typedef {import('../model/item.js').Item} Item
 * @typedef {object} Entry  of what is saved
 * @property {string} key
 * @property {string} [room]
 * @property {string} [to]
 * @property {string} text
 * @property {boolean} [action]
 * @property {boolean} [notice]
 * @property {number} time
 * @property {number} [sent]   when it was first sent: from then on somebody may have heard it
 * @property {string} [person] who one was then: a key means nothing of anybody else's
 * @property {object} [error]  why it was refused
 */

/** Sends lines in their order, again under the same key where no answer came. */
export class Outbox {
  #identity;
  #chat;
  #ask;
  #canSend;
  #timers;
  #now;
  #makeKey;
  /** @type {Map<string, Item>} by keys */
  #items = new Map();
  #onTheirWay = new Set();
  #pause = null;

  /**
   * @param {object} uses
   * @param {import('./identity.js').Identity} uses.identity
   * @param {import('../model/chat.js').Chat} uses.chat
   * @param {(fields: object) => Promise<object>} uses.ask
   * @param {(room?: string) => boolean} uses.canSend whether one is in (and is where one says it, or never will be)
   * @param {{set: Function, clear: Function}} uses.timers
   * @param {() => number} uses.now seconds
   * @param {() => string} uses.makeKey
   */
  constructor({ identity, chat, ask, canSend, timers, now, makeKey }) {
    this.#identity = identity;
    this.#chat = chat;
    this.#ask = ask;
    this.#canSend = canSend;
    this.#timers = timers;
    this.#now = now;
    this.#makeKey = makeKey;
    chat.changed.listen(({ conversation, oldKey }) => oldKey && this.#follow(conversation));
  }

  /** Show what was waiting when the page was left. */
  restore() {
    for (const entry of this.#entries) {
      const conversation = entry.to === undefined ? this.#chat.room(entry.room) : this.#chat.private(entry.to);
      const item = this.#chat.pend(conversation, entry);
      this.#items.set(entry.key, item);
      if (entry.error) {
        this.#show(item, entry.error);
      }
    }
  }

  /** Say something, as soon as that can be. @returns {Item} */
  say(conversation, text, { action, notice }) {
    const where = conversation.kind === 'room' ? { room: conversation.name } : { to: conversation.name };
    const what = { text, ...(action && { action }), ...(notice && { notice }) };
    const entry = { key: this.#makeKey(), ...where, ...what, time: this.#now() };
    const item = this.#chat.pend(conversation, entry);
    this.#items.set(entry.key, item);
    this.#entries.push(entry);
    this.#send(entry); // it notes that it was sent before it is
    this.#identity.save();
    return item;
  }

  /** Send one that was refused again. @param {Item} item @returns {boolean} whether that can be */
  resend(item) {
    const entry = this.#entries.find(({ key }) => key === item.key);
    if (!entry?.error || !item.canResend) {
      return false;
    }
    if (entry.error.code === 'forgotten' || entry.error.code === 'stale') {
      this.#items.delete(entry.key);
      entry.key = this.#makeKey();
      this.#items.set(entry.key, item);
      delete entry.sent;
      delete entry.person;
    }
    delete entry.error;
    this.#chat.change(item, { key: entry.key, state: 'pending', error: undefined, canResend: undefined });
    this.#send(entry);
    this.#identity.save();
    return true;
  }

  /** Send one no more. @param {Item} item @returns {string} its text */
  discard(item) {
    this.#remove(item.key);
    this.#chat.unpend(item);
    return item.text;
  }

  /** Send all that waits (for one room, or at all), in order. @param {string} [room] */
  sendAll(room) {
    for (const entry of [...this.#entries]) {
      if (room === undefined || entry.room === room) {
        this.#send(entry);
      }
    }
    this.#identity.save();
  }

  /** A line of one's own, or a `kept`: it waits no more. @param {object} line */
  kept({ type, key }) {
    if (key !== undefined && type !== 'error') {
      this.#remove(key);
    }
  }

  /** Nothing is on its way any more. */
  lost() {
    this.#onTheirWay.clear();
    this.#timers.clear(this.#pause);
    this.#pause = null;
  }

  /** One is somebody else: nobody knows of what was sent whether it was said. */
  forgotten() {
    for (const entry of this.#entries) {
      if (entry.sent !== undefined && entry.person !== this.#identity.saved.person && !entry.error) {
        this.#fail(entry, { type: 'error', code: 'forgotten' });
      }
    }
  }

  /** Say none of it. */
  clear() {
    this.lost();
    this.#items.clear();
    this.#identity.saved.outbox = [];
  }

  /** @returns {Entry[]} */
  get #entries() {
    return this.#identity.saved.outbox;
  }

  #send(entry) {
    if (entry.error || this.#onTheirWay.has(entry.key) || !this.#canSend(entry.room)) {
      return;
    }
    if (entry.sent !== undefined && this.#now() - entry.sent >= KEY_TIME) {
      this.#fail(entry, { type: 'error', code: 'stale' });
      return;
    }
    if (entry.sent === undefined) {
      entry.sent = this.#now();
      entry.person = this.#identity.saved.person;
      this.#identity.save();
    }
    const { key, room, to, text, action, notice } = entry;
    this.#onTheirWay.add(key);
    this.#ask({ type: 'say', room, to, text, action, notice, key }).catch((error) => this.#refused(entry, key, error));
  }

  #refused(entry, key, error) {
    const isMine = this.#onTheirWay.delete(key);
    if (error.code === 'lost' || !isMine || entry.key !== key || !this.#entries.includes(entry)) {
      return; // it is sent again on the next connection
    }
    if (error.code === 'not-in-room' && !this.#canSend(entry.room)) {
      return; // it waits for the room
    }
    if (PASSING.has(error.code)) {
      this.#pause ??= this.#timers.set(() => {
        this.#pause = null;
        this.sendAll();
      }, RESEND_PAUSE);
      return;
    }
    this.#fail(entry, error);
  }

  #fail(entry, { type, code, text, about, hint, until }) {
    entry.error = { type, code, text, about, hint, until };
    this.#identity.save();
    const item = this.#items.get(entry.key);
    if (item) {
      this.#show(item, entry.error);
    }
  }

  #show(item, error) {
    this.#chat.change(item, { state: 'failed', error, canResend: !FINAL.has(error.code) });
  }

  #remove(key) {
    this.#items.delete(key);
    this.#onTheirWay.delete(key);
    const index = this.#entries.findIndex((entry) => entry.key === key);
    if (index >= 0) {
      this.#entries.splice(index, 1);
      this.#identity.save();
    }
  }

  #follow(conversation) {
    for (const entry of this.#entries) {
      const item = this.#items.get(entry.key);
      if (entry.to !== undefined && item && this.#chat.whereIs(item) === conversation) {
        entry.to = conversation.name;
      }
    }
  }
}
