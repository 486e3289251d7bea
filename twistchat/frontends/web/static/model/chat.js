// All that this page knows of a chat.

import { Signal } from '../signal.js';
import { Conversation, keyOf } from './conversation.js';
import { HANDLERS } from './handlers.js';
import { makeItem, makePending } from './item.js';
import { fold } from './names.js';
import { People } from './people.js';

/**
 * @typedef {import('./item.js').Item} Item
 * @typedef {{name: string, account: boolean, operator: boolean}} Me
 */

/** Takes in what the server tells (`apply`), and tells what has changed by it. */
export class Chat {
  /** @type {Me} */
  me = { name: '', account: false, operator: false };
  /** @type {Signal<Me>} */
  changedMe = new Signal();
  /** By their keys. @type {Map<string, Conversation>} */
  conversations = new Map();
  /**
   * Unread, members, topic, or, with no conversation, the list of them. `oldKey`: a private one has
   * followed its person to another name.
   * @type {Signal<{conversation: Conversation|null, oldKey?: string}>}
   */
  changed = new Signal();
  /**
   * Anything that is told and was not known, but for pages of history.
   * @type {Signal<{conversation: Conversation, item: Item, isPast: boolean, isMention: boolean}>}
   */
  arrived = new Signal();
  /** Folded names of those who are not heard. @type {Set<string>} */
  ignored = new Set();
  /** Lines are missing in a private conversation. @type {Signal<{conversation: Conversation, gap: Item}>} */
  missed = new Signal();
  /** What stands for notes that are of no room: where one has asked for them. @type {string|null} */
  noteKey = null;
  #now;
  #people = new People(this);
  /** One's own lines that have no number yet, by their keys. @type {Map<string, {conversation: Conversation, item: Item}>} */
  #pending = new Map();

  /** @param {{now: () => number}} clock seconds since 1970 */
  constructor({ now = () => Date.now() / 1000 } = {}) {
    this.#now = now;
  }

  /** The room of a name, made if need be. @param {string} name */
  room(name) {
    return this.#find('room', name);
  }

  /** What somebody and oneself say to each other, made if need be. @param {string} name */
  private(name) {
    return this.#find('private', name);
  }

  /** Take a conversation out of the list. @param {Conversation} conversation */
  drop(conversation) {
    if (this.conversations.delete(conversation.key)) {
      this.changed.tell({ conversation: null });
    }
  }

  /** Know nothing any more: one is somebody else. */
  clear() {
    this.conversations.clear();
    this.#pending.clear();
    this.ignored.clear();
    this.iAm({ name: '', account: false, operator: false });
    this.changed.tell({ conversation: null });
  }

  /** Take in who one is. @param {Partial<Me>} me */
  iAm(me) {
    this.me = { ...this.me, ...me };
    this.changedMe.tell(this.me);
  }

  /** Whether that is oneself. @param {string} name */
  isMe(name) {
    return fold(name) === fold(this.me.name);
  }

  /** Show one's own line, which is not kept yet. @returns {Item} */
  pend(conversation, { text, key, time = this.#now(), action, notice }) {
    const isPrivate = conversation.kind === 'private';
    const item = makePending({ me: this.me.name, text, time, key, action, notice, isPrivate });
    this.#pending.set(key, { conversation, item });
    conversation.log.pend(item);
    return item;
  }

  /** Take away one's own line, which is not kept. @param {Item} item */
  unpend(item) {
    const pending = this.#pending.get(item.key);
    this.#pending.delete(item.key);
    pending?.conversation.log.remove(item);
  }

  /** Where one's own line stands that is not kept. @param {Item} item @returns {Conversation|undefined} */
  whereIs(item) {
    return this.#pending.get(item.key)?.conversation;
  }

  /** Say that one's own line is other than before, perhaps under another key. */
  change(item, { key = item.key, ...fields }) {
    const pending = this.#pending.get(item.key);
    this.#pending.delete(item.key);
    Object.assign(item, fields, { key });
    if (pending) {
      this.#pending.set(key, pending);
      pending.conversation.log.touch(item);
    }
  }

  /** One's own line is kept under a number; whether it is one that waited for that. */
  settle({ type, key, epoch, number, time, who }) {
    const pending = this.#pending.get(key);
    if (!pending) {
      return false;
    }
    this.#pending.delete(key);
    const { conversation, item } = pending;
    delete item.state;
    delete item.error;
    delete item.canResend;
    item.time = time ?? item.time;
    item.who = who ?? this.me.name; // one may have come back under another name
    if (type !== 'kept') {
      this.#inEpoch(conversation, epoch, number);
    } else if (conversation.log.epoch !== epoch) {
      conversation.log.remove(item); // it is of another life of the room, or a page will bring it
      return true;
    }
    this.#noteJump(conversation, number);
    conversation.log.settle(item, number);
    this.#said(conversation, item);
    return true;
  }

  /**
   * Make items of a page of history.
   * @param {object[]} lines
   * @returns {Item[]}
   */
  itemsOf(lines) {
    return lines
      .filter((line) => isShown(line) && !this.#isIgnored(line))
      .map((line) => makeItem(line, { me: this.me.name, time: this.#now() }));
  }

  /** Take in a line of the server's. @param {object} line */
  apply(line) {
    HANDLERS[line.type]?.(this, line, this.#people);
  }

  /** Put an item without a number into a conversation, and tell of it. */
  tell(conversation, line) {
    const item = makeItem(line, { me: this.me.name, time: this.#now() });
    conversation.log.add(item);
    this.#arrive(conversation, item);
  }

  /** Take in something that has a number. */
  takeNumbered(conversation, line) {
    const { epoch, number, key } = line;
    if (key !== undefined && this.settle(line)) {
      return;
    }
    this.#inEpoch(conversation, epoch, number);
    this.#noteJump(conversation, number);
    if (!isShown(line) || this.#isIgnored(line)) {
      conversation.log.pass(number);
      return;
    }
    const item = makeItem(line, { me: this.me.name, time: this.#now() });
    if (conversation.log.take(item)) {
      this.#said(conversation, item);
      this.#arrive(conversation, item);
    }
  }

  /** Take in that lines are left out. */
  takeGap(conversation, { epoch, from, to, why }) {
    const { log } = conversation;
    if (why === 'epoch') {
      log.begin(epoch, to, log.last > 0 || conversation.readNumber > 0);
      conversation.readNumber = 0;
      this.recount(conversation);
    } else if (log.epoch === null || log.epoch === epoch) {
      log.epoch = epoch;
      log.leaveOut(from, to, why);
    }
  }

  /** Take in where a room stands: it is told as it happens from here on. */
  takeLive({ room, epoch, number, read }) {
    const conversation = this.room(room);
    const { log } = conversation;
    conversation.isJoined = true;
    if (log.epoch === epoch) {
      if (this.ignored.size > 0) {
        log.pass(number); // numbers may be missing that are not for us
      } else {
        log.leaveOut(log.last + 1, number, 'unread');
      }
    } else {
      this.#inEpoch(conversation, epoch, number + 1);
    }
    if (read !== undefined) {
      conversation.readNumber = Math.max(conversation.readNumber ?? 0, read);
    }
    conversation.readNumber ??= number;
    this.recount(conversation);
    this.changed.tell({ conversation });
  }

  /** Take in up to where something was read. */
  takeRead(conversation, number) {
    if (conversation && number > (conversation.readNumber ?? 0)) {
      conversation.readNumber = number;
      this.recount(conversation);
    }
  }

  /** Count anew what is unread. @param {Conversation} conversation */
  recount(conversation) {
    if (conversation.recount()) {
      this.changed.tell({ conversation });
    }
  }

  #find(kind, name) {
    const key = keyOf(kind, name);
    let conversation = this.conversations.get(key);
    if (!conversation) {
      conversation = new Conversation({ kind, name });
      this.conversations.set(key, conversation);
      this.changed.tell({ conversation: null });
    }
    return conversation;
  }

  #inEpoch(conversation, epoch, number) {
    const { log } = conversation;
    if (epoch !== undefined && log.epoch !== epoch) {
      const isNew = log.epoch === null;
      log.begin(epoch, number - 1, log.last > 0);
      if (!isNew && conversation.readNumber !== null) {
        conversation.readNumber = 0;
        this.recount(conversation);
      }
    }
  }

  /** Of what is private nobody tells what one has missed: the numbers do. */
  #noteJump(conversation, number) {
    const { log, kind } = conversation;
    if (kind === 'private' && log.first !== null && number > log.last + 1) {
      log.leaveOut(log.last + 1, number - 1, 'unloaded');
      this.missed.tell({ conversation, gap: log.gapAt(number - 1) });
    }
  }

  #said(conversation, item) {
    if (conversation.kind === 'private') {
      conversation.readNumber ??= item.isMine ? item.number : item.number - 1;
    }
    if (item.kind === 'said') {
      conversation.lastTime = Math.max(conversation.lastTime, item.time);
    }
    const { unread } = conversation;
    conversation.tally(item);
    if (unread !== conversation.unread) {
      this.changed.tell({ conversation });
    }
  }

  #arrive(conversation, item) {
    const { isPast, isMention } = item;
    this.arrived.tell({ conversation, item, isPast, isMention });
  }

  #isIgnored({ type, who }) {
    return this.ignored.size > 0 && (type === 'said' || type === 'whispered') && this.ignored.has(fold(who));
  }
}

/** Whether a line of the log is something to be shown. What is deleted shows in its own place. */
function isShown({ type }) {
  return type !== 'tagged' && type !== 'deleted';
}
