// Where one wants to be, and up to where one has read, over reloads: a part of session.js.

import { keyOf } from '../model/conversation.js';
import { fold } from '../model/names.js';

/** @typedef {import('../model/conversation.js').Conversation} Conversation */

/** Keeps in the identity what is to be known of the chat when the page is opened again. */
export class Memory {
  #identity;
  #chat;

  /** @param {{identity: import('./identity.js').Identity, chat: import('../model/chat.js').Chat}} uses */
  constructor({ identity, chat }) {
    this.#identity = identity;
    this.#chat = chat;
    chat.changed.listen(({ conversation, oldKey }) => oldKey && this.remember(conversation, oldKey));
  }

  /** Bring back what was kept. */
  restore() {
    const { name, ignored, rooms, privates } = this.#identity.saved;
    this.#chat.iAm({ name });
    ignored.forEach((one) => this.#chat.ignored.add(fold(one)));
    for (const [room, { seen }] of Object.entries(rooms)) {
      Object.assign(this.#chat.room(room), { isJoined: true, readNumber: seen?.[1] ?? null });
    }
    for (const { name: other, seen } of Object.values(privates).filter(({ isClosed }) => !isClosed)) {
      const conversation = this.#chat.private(other);
      conversation.readNumber = seen?.[1] ?? null;
      conversation.log.hasOlder = true;
    }
  }

  /** The rooms where one wants to be, with what it takes to come in. @returns {[string, {key?: string}][]} */
  get rooms() {
    return Object.entries(this.#identity.saved.rooms);
  }

  /** Whether one wants to be in a room. @param {string|undefined} room */
  wants(room) {
    return room !== undefined && this.#identity.saved.rooms[room] !== undefined;
  }

  /** What it takes to come into a room, if that is known. */
  keyTo(room) {
    return this.#identity.saved.rooms[room]?.key;
  }

  /** Want to be in a room, on every connection. */
  want(room, key) {
    this.#identity.saved.rooms[room] ??= { seen: null };
    if (key) {
      this.#identity.saved.rooms[room].key = key;
    }
    this.#identity.saveSoon();
  }

  /** Up to where a room is known on this page. @returns {[string, number]|null} */
  seen(room) {
    const log = this.#chat.conversations.get(room)?.log;
    return log?.epoch ? [log.epoch, log.last] : null;
  }

  /** Keep up to where a conversation was read. @param {Conversation|undefined} conversation */
  remember(conversation, oldKey) {
    if (!conversation) {
      return;
    }
    const { rooms, privates } = this.#identity.saved;
    const { key, kind, name, log, readNumber } = conversation;
    const seen = log.epoch && readNumber !== null ? [log.epoch, readNumber] : null;
    if (kind === 'private') {
      delete privates[oldKey];
      privates[key] = { name, seen: seen ?? privates[key]?.seen ?? null };
    } else if (rooms[key]) {
      rooms[key].seen = seen ?? rooms[key].seen;
    }
    this.#identity.saveSoon();
  }

  /** Want to be in a room no more. @param {string} room */
  forget(room) {
    delete this.#identity.saved.rooms[room];
    this.#identity.save();
  }

  /** Show a conversation no more, until there is something new in it. @param {Conversation} conversation */
  close({ key, kind, name, log }) {
    if (kind === 'private') {
      this.#identity.saved.privates[key] = { name, seen: log.epoch && [log.epoch, log.last], isClosed: true };
    }
    this.forget(key);
  }

  /** Know nothing of a private conversation. @param {Conversation} conversation */
  forgetPrivate({ key }) {
    delete this.#identity.saved.privates[key];
    this.#identity.save();
  }

  /** What is kept of what somebody and oneself say to each other. @param {string} name */
  private(name) {
    return this.#identity.saved.privates[keyOf('private', name)];
  }

  /** Keep whom one does not hear. */
  rememberIgnored() {
    this.#identity.saved.ignored = [...this.#chat.ignored];
    this.#identity.save();
  }

  /** Keep who one is. */
  rememberMe() {
    const { name, account } = this.#chat.me;
    Object.assign(this.#identity.saved, { name, account });
    this.#identity.save();
  }

  /** Keep a token. @param {string|null} token */
  rememberToken(token) {
    this.#identity.saved.token = token;
    this.#identity.save();
  }
}
