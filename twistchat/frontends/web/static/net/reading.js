// What one reads: conversations, their past, and up to where. A part of session.js.

import { keyOf } from '../model/conversation.js';
import { ignoreIt } from './asking.js';
import { Deeds } from './deeds.js';
import { Marks } from './marks.js';
import { Pages } from './pages.js';

/** Private conversations that are looked after on coming in. */
const PRIVATES = 20;

/**
 * @typedef {import('../model/conversation.js').Conversation} Conversation
 * @typedef {import('../model/item.js').Item} Item
 */

/** The part of a session that loads what was said, and notes what was read. */
export class Reading extends Deeds {
  #chat;
  #memory;
  #pages;
  #marks;

  /**
   * @param {object} uses
   * @param {import('../model/chat.js').Chat} uses.chat
   * @param {import('./memory.js').Memory} uses.memory
   * @param {{set: Function, clear: Function}} uses.timers
   */
  constructor({ chat, memory, timers }) {
    super();
    this.#chat = chat;
    this.#memory = memory;
    const ask = (fields) => this.request(fields);
    this.#pages = new Pages({ ask, chat, limit: () => this.server.limits.page });
    this.#marks = new Marks({ ask, timers });
    chat.missed.listen(({ conversation, gap }) => this.loadGap(conversation, gap).catch(ignoreIt));
  }

  /**
   * Show what somebody and oneself say to each other.
   * @param {string} name
   * @returns {Promise<Conversation>} rejects where nobody is called that, and nothing was said
   */
  async openPrivate(name) {
    const isNew = !this.#chat.conversations.has(keyOf('private', name));
    const conversation = this.#chat.private(name);
    this.#memory.remember(conversation);
    if (conversation.log.first === null && this.state.value === 'in') {
      conversation.log.hasOlder = true;
      await this.#pages.older(conversation).catch((error) => {
        if (isNew && error.code === 'no-such-person' && conversation.log.items.length === 0) {
          this.#memory.forgetPrivate(conversation);
          this.#chat.drop(conversation);
          throw error;
        }
      });
    }
    return conversation;
  }

  /** Take a conversation out of the list: a private one, or a room that one is not in. */
  close(conversation) {
    this.#memory.close(conversation);
    this.#chat.drop(conversation);
  }

  /** Read what was said before all that is here. @param {Conversation} conversation */
  loadOlder(conversation) {
    return this.#pages.older(conversation);
  }

  /** Read what is missing in a gap, or a page of it: the last of it, or the first. */
  loadGap(conversation, item, isFromStart = false) {
    return this.#pages.gap(conversation, item, isFromStart);
  }

  /** Have a line here. @param {Conversation} conversation @param {number} number @returns {Promise<Item|null>} */
  goTo(conversation, number) {
    return this.#pages.goTo(conversation, number);
  }

  /** @param {{words?: string|string[], who?: string, since?: number, until?: number}} what @returns {Promise<Item[]>} which stand in no log */
  search(conversation, what) {
    return this.#pages.search(conversation, what);
  }

  /** Take note of what was read. @param {Conversation} conversation @param {number} [number] */
  markRead(conversation, number = conversation.log.last) {
    if (number > (conversation.readNumber ?? 0)) {
      this.#chat.takeRead(conversation, number);
      this.#memory.remember(conversation);
      if (this.#chat.me.account) {
        this.#marks.mark(conversation, number);
      }
    }
  }

  /** What was said privately meanwhile, and with whom one has spoken. */
  async catchUp() {
    const privates = [...this.#chat.conversations.values()].filter(({ kind }) => kind === 'private');
    const unknown = { answer: { with: [] } };
    const { answer } = await this.request({ type: 'conversations' }).catch(() => unknown);
    if (this.state.value !== 'in') {
      return; // one has logged out meanwhile, perhaps
    }
    for (const { name, time, number, epoch } of answer.with) {
      const known = this.#memory.private(name);
      const [seenEpoch, seenNumber] = known?.seen ?? [];
      if (known?.isClosed && seenEpoch === epoch && number <= seenNumber) {
        continue;
      }
      const conversation = this.#chat.private(name);
      conversation.lastTime = Math.max(conversation.lastTime, time);
      conversation.log.hasOlder ||= conversation.log.first === null && number > 0;
      // Owners of accounts are told what is new to them; to others it is what they have never seen.
      const isNew = known ? known.isClosed : this.cameIn === 'resumed' && !this.#chat.me.account;
      if (isNew && conversation.readNumber === null) {
        conversation.readNumber = seenEpoch === epoch ? seenNumber : 0;
        privates.push(conversation);
      }
    }
    this.#chat.changed.tell({ conversation: null });
    for (const conversation of privates.slice(0, PRIVATES)) {
      if (!this.#chat.conversations.has(conversation.key)) {
        return;
      }
      await (conversation.log.first === null ? this.openPrivate(conversation.name) : this.#pages.newer(conversation));
    }
  }
}
