// One person's conversation with the server, over all connections (docs/json-protocol.md).

import { fold } from '../model/names.js';
import { Chat } from '../model/chat.js';
import { Signal, State } from '../signal.js';
import { Asking } from './asking.js';
import { Deeds } from './deeds.js';
import { comesBack, Door, pauseOf } from './door.js';
import { Marks } from './marks.js';
import { Outbox } from './outbox.js';
import { Pages } from './pages.js';

const LIMITS = { text: 16384, page: 200, name: 24, room: 32, topic: 400 };
/** Private conversations that are looked after on coming in. */
const PRIVATES = 20;
/** What is settled where it came from; a page is of no use any more, say. */
const ignoreIt = () => {};

/**
 * @typedef {import('../model/conversation.js').Conversation} Conversation
 * @typedef {import('../model/item.js').Item} Item
 */

/** Made by `openSession` (net/browser.js); tests give it what they like. */
export class Session extends Deeds {
  /** @type {Chat} */
  chat;
  /** @type {State<'connecting'|'door'|'entering'|'in'|'offline'|'out'>} */
  state = new State('connecting');
  /** What the last hello said. */
  server = { server: '', software: '', motd: [], limits: LIMITS, guests: true, house: false };
  /** Why one stands at the door: the error line of the last hello, if there was one. */
  refusal = null;
  /** While 'out': why. @type {{cause: string, words?: string, text?: string}|null} */
  goodbye = null;
  /** How one came in last; 'anew': the token was no good any more, so one is somebody new. @type {'first'|'resumed'|'anew'} */
  cameIn = 'first';
  /** What nobody asked for, as lines: `error` (a room that one cannot be in, a full server), `stopping`, `slowed`. @type {Signal<object>} */
  trouble = new Signal();
  #link;
  #identity;
  #timers;
  #asking;
  #outbox;
  #pages;
  #marks;
  #door;
  #isReady = false;
  #isGreeted = false;
  /** Rooms that are told as it happens, on this connection. */
  #live = new Set();
  #away = null;
  #joining = null;

  /**
   * @param {object} uses
   * @param {import('./link.js').Link} uses.link
   * @param {import('./identity.js').Identity} uses.identity
   * @param {{set: (run: () => void, ms: number) => any, clear: (id: any) => void}} uses.timers
   * @param {() => number} uses.now seconds since 1970
   * @param {() => string} uses.makeKey makes something that nobody else makes
   */
  constructor({ link, identity, timers, now, makeKey }) {
    super();
    this.#link = link;
    this.#identity = identity;
    this.#timers = timers;
    this.chat = new Chat({ now });
    this.#asking = new Asking((line) => link.send(line));
    const ask = (fields) => this.request(fields);
    const { chat } = this;
    const canSend = (room) => this.state.value === 'in' && (this.#live.has(room) || !this.#wants(room));
    this.#outbox = new Outbox({ identity, chat, ask, canSend, timers, now, makeKey });
    this.#pages = new Pages({ ask, chat, limit: () => this.server.limits.page });
    this.#marks = new Marks({ ask, timers });
    this.#door = new Door({ identity, chat });
    chat.missed.listen(({ conversation, gap }) => this.loadGap(conversation, gap).catch(ignoreIt));
    chat.changed.listen(({ conversation, oldKey }) => oldKey && this.#remember(conversation, oldKey));
  }

  /** The name that was used last on this device. */
  get rememberedName() {
    return this.#identity.saved.name || this.#identity.rememberedName;
  }

  /** Begin: find out who one is, and connect. */
  async start() {
    this.#link.line.listen((line) => this.#hear(line));
    this.#link.state.listen(({ state }) => (state === 'waiting' || state === 'closed') && this.#lost());
    this.#link.open();
    await this.#identity.claim();
    this.#restore();
    this.#isReady = true;
    if (this.#isGreeted) {
      this.#greeted();
    }
  }

  /**
   * Come in.
   * @param {{name: string, password?: string, house?: string}} wish
   * @returns {Promise<object>} of the welcome; rejects with the error line (code, text, hint)
   */
  enter(wish) {
    const entered = this.#door.take(wish);
    this.state.tell('entering');
    this.#link.open();
    this.#link.wake();
    if (this.#isReady && this.#isGreeted) {
      this.#sayHello();
    }
    return entered;
  }

  /** From 'out': connect again. */
  comeBack() {
    if (this.state.value === 'out') {
      this.goodbye = null;
      this.state.tell('connecting');
      this.#link.open();
    }
  }

  /** Leave, and forget who one was. */
  exit() {
    this.#link.send({ type: 'quit' });
    this.#forget();
    this.#out({ type: 'goodbye', cause: 'left' });
  }

  /** Try at once to connect, or to find out whether one is connected: there is reason to. */
  wake() {
    this.#link.wake();
  }

  /** The page goes: keep what is to be kept. */
  flush() {
    this.#identity.flush();
  }

  /**
   * Ask.
   * @param {object} fields
   * @returns {Promise<{answer: object, parts: object[]}>} rejects with an error line, or {code: 'lost'}
   */
  request(fields) {
    if (this.state.value !== 'in') {
      return Promise.reject({ type: 'error', code: 'lost' });
    }
    return this.#asking.ask(fields);
  }

  /** Say something: now, or as soon as that can be. @returns {Item} pending */
  say(conversation, text, how = {}) {
    return this.#outbox.say(conversation, text, how);
  }

  /** Send again what was refused. @param {Item} item @returns {boolean} whether that can be (`item.canResend`) */
  resend(item) {
    return this.#outbox.resend(item);
  }

  /** Take away what was not sent. @param {Item} item @returns {string} its text */
  discard(item) {
    return this.#outbox.discard(item);
  }

  /** Be in a room. @param {string} room @returns {Promise<Conversation>} */
  async join(room, { key } = {}) {
    const name = called(room);
    if (!this.#live.has(name)) {
      const { answer } = await this.request({ type: 'join', room: name, key, seen: this.#door.seen(name) ?? undefined });
      this.#want(answer.room ?? name, key);
      return this.chat.room(answer.room ?? name);
    }
    return this.chat.room(name);
  }

  /** Be in a room no more. @param {string} room @param {string} [words] */
  async leave(room, words) {
    await this.request({ type: 'leave', room, words: words || undefined });
  }

  /** Show what somebody and oneself say to each other. @param {string} name @returns {Promise<Conversation>} */
  async openPrivate(name) {
    const conversation = this.chat.private(name);
    this.#remember(conversation);
    if (conversation.log.first === null && this.state.value === 'in') {
      conversation.log.hasOlder = true;
      await this.#pages.older(conversation).catch(ignoreIt);
    }
    return conversation;
  }

  /** Take a conversation out of the list: a private one, or a room that one is not in. */
  close(conversation) {
    delete this.#identity.saved.privates[conversation.key];
    delete this.#identity.saved.rooms[conversation.key];
    this.#identity.save();
    this.chat.drop(conversation);
  }

  /** Read what was said before all that is here. @param {Conversation} conversation */
  loadOlder(conversation) {
    return this.#pages.older(conversation);
  }

  /** Read what is missing in a gap, or a page of it. @param {Conversation} conversation @param {Item} item */
  loadGap(conversation, item, isFromStart = false) {
    return this.#pages.gap(conversation, item, isFromStart);
  }

  /** Have a line here. @returns {Promise<Item|null>} */
  goTo(conversation, number) {
    return this.#pages.goTo(conversation, number);
  }

  /** @returns {Promise<Item[]>} which do not stand in the log */
  search(conversation, what) {
    return this.#pages.search(conversation, what);
  }

  /** Take note of what was read. @param {Conversation} conversation @param {number} [number] */
  markRead(conversation, number = conversation.log.last) {
    if (number > (conversation.readNumber ?? 0)) {
      this.chat.takeRead(conversation, number);
      this.#remember(conversation);
      if (this.chat.me.account) {
        this.#marks.mark(conversation, number);
      }
    }
  }

  /** Be away, with words that may be empty, or back: null. @param {string|null} words */
  async setAway(words) {
    this.#away = words;
    await this.request({ type: 'away', words });
  }

  /** Hear nothing more of somebody. @param {string} name */
  async ignore(name) {
    await this.request({ type: 'ignore', name });
    this.chat.ignored.add(fold(name));
    this.#identity.saved.ignored = [...this.chat.ignored];
    this.#identity.save();
  }

  /** Hear them again. @param {string} name */
  async unignore(name) {
    this.chat.ignored.delete(fold(name));
    this.#identity.saved.ignored = [...this.chat.ignored];
    this.#identity.save();
    await this.request({ type: 'unignore', name });
  }

  /** Use a command of the operator's extensions; notes stand where one asked for them. */
  async command(name, room, text) {
    this.chat.noteKey = room ?? null;
    return (await this.request({ type: 'command', name, room, text })).answer;
  }

  // ------------------------------------------------------------ what the server says

  #hear(line) {
    if (this.#asking.takePart(line)) {
      return;
    }
    const asked = this.#asking.fieldsOf(line);
    if (line.type === 'hello') {
      this.#isGreeted = true;
      this.server = { guests: true, house: false, ...line, limits: { ...LIMITS, ...line.limits } };
      this.#greeted();
    } else if (line.type === 'welcome') {
      this.#welcomed(line, asked);
    } else if (line.type === 'error' && asked?.type === 'hello') {
      this.#turnedAway(line, asked);
    } else if (line.type === 'error' && asked === undefined) {
      this.#troubled(line);
    } else if (line.type === 'goodbye') {
      this.#said(line);
    } else {
      this.#told(line);
    }
    this.#asking.settle(line);
  }

  #told(line) {
    const { saved } = this.#identity;
    this.#outbox.kept(line);
    this.chat.apply(line);
    const isMine = line.who !== undefined && this.chat.isMe(line.who);
    switch (line.type) {
      case 'kept':
        this.chat.settle(line);
        break;
      case 'live':
        this.#live.add(line.room);
        this.#want(line.room);
        this.#remember(this.chat.room(line.room));
        this.#outbox.sendAll(line.room);
        break;
      case 'left':
        if (isMine) {
          this.#notIn(line.room);
        }
        break;
      case 'read':
        this.#remember(this.chat.conversations.get(line.room ?? `@${fold(line.with ?? '')}`));
        break;
      case 'whispered':
        this.#remember(this.chat.private(isMine ? line.to : line.who));
        break;
      case 'renamed':
      case 'account':
        Object.assign(saved, { name: this.chat.me.name, account: this.chat.me.account });
        this.#identity.save();
        break;
      case 'token':
        saved.token = line.token;
        this.#identity.save();
        break;
      case 'logged-out':
        this.#forget();
        this.#toDoor(null);
        break;
      case 'stopping':
      case 'slowed':
        this.trouble.tell(line);
        break;
      default:
    }
  }

  /** A room of one's own that one cannot be in, or a server that lets nobody in. */
  #troubled(line) {
    const room = line.room ?? line.about;
    if (!this.#isGreeted) {
      this.#link.again(pauseOf(line));
    } else if (line.code === 'joins-too-fast') {
      this.#timers.clear(this.#joining);
      this.#joining = this.#timers.set(() => this.#joinMissing(), pauseOf(line));
    } else if (line.code !== 'no-history' && this.#wants(room) && !this.#live.has(room)) {
      const { key } = this.#identity.saved.rooms[room];
      if (line.code === 'key-needed' && key) {
        this.join(room, { key }).catch((error) => this.#troubled({ ...error, code: 'refused', about: room }));
        return;
      }
      this.#notIn(room);
      this.chat.room(room).isJoined = false;
      this.chat.changed.tell({ conversation: this.chat.room(room) });
    }
    this.trouble.tell(line);
  }

  #said(goodbye) {
    if (goodbye.cause === 'no name given') {
      this.#link.close(); // whoever still stands there comes in over another
    } else if (comesBack(goodbye.cause)) {
      this.#link.again();
    } else {
      this.#out(goodbye);
    }
  }

  // ------------------------------------------------------------ coming in

  #greeted() {
    if (!this.#isReady) {
      return;
    }
    if (this.#door.wish) {
      this.#sayHello();
    } else if (!this.#door.opensByItself) {
      this.#toDoor(this.refusal);
    } else if (this.server.house && !this.#identity.house) {
      this.#toDoor({ type: 'error', code: 'house-first' });
    } else {
      this.#sayHello();
    }
  }

  #sayHello() {
    if (this.state.value !== 'offline' && this.state.value !== 'entering') {
      this.state.tell('entering');
    }
    this.#asking.ask(this.#door.hello(this.server)).catch(ignoreIt); // `#hear` sees to it
  }

  #welcomed(line, asked) {
    const { saved } = this.#identity;
    const isOwner = saved.account && line.account === true && fold(line.name) === fold(saved.name);
    this.#identity.entered(line, { isSame: line.resumed === true || isOwner });
    this.#outbox.forgotten();
    this.chat.iAm({ name: line.name, account: line.account === true, operator: line.operator === true });
    if (asked?.type !== 'login') {
      this.#link.entered();
      this.cameIn = this.#door.entered(line);
      this.refusal = null;
      this.state.tell('in');
      saved.ignored.forEach((name) => this.request({ type: 'ignore', name }).catch(ignoreIt));
      if (this.#away !== null) {
        this.setAway(this.#away).catch(ignoreIt);
      }
      this.#outbox.sendAll();
    }
    const { wish } = this.#door;
    this.#door.wish = null;
    wish?.resolve(line);
    this.#catchUp().catch(ignoreIt);
  }

  /** What was said privately meanwhile, and with whom one has spoken. */
  async #catchUp() {
    const privates = [...this.chat.conversations.values()].filter(({ kind }) => kind === 'private');
    const { answer } = await this.request({ type: 'conversations' });
    for (const { name, time, number } of answer.with) {
      const conversation = this.chat.private(name);
      conversation.lastTime = Math.max(conversation.lastTime, time);
      conversation.log.hasOlder ||= conversation.log.first === null && number > 0;
    }
    this.chat.changed.tell({ conversation: null });
    for (const conversation of privates.slice(0, PRIVATES)) {
      await (conversation.log.first === null ? this.openPrivate(conversation.name) : this.#pages.newer(conversation));
    }
  }

  #turnedAway(error, asked) {
    const next = this.#door.refused(error, asked);
    const { wish } = this.#door;
    if (next === 'again') {
      if (this.#door.isAnew) {
        this.#identity.isSomebodyElse();
        this.#outbox.forgotten();
      }
      this.trouble.tell(error);
      this.#sayHello();
    } else if (next === 'later') {
      this.trouble.tell(error);
      this.#link.again(pauseOf(error));
    } else if (next === 'out') {
      this.#out({ ...error, type: 'goodbye', cause: error.code });
    } else {
      this.#door.wish = null;
      this.#toDoor(error);
      wish?.reject(error);
    }
  }

  #toDoor(error) {
    this.refusal = error;
    this.state.tell('door');
  }

  #out(goodbye) {
    this.goodbye = goodbye;
    if (goodbye.cause === 'logged out') {
      this.#identity.saved.token = null;
      this.#identity.save();
      this.#door.mayReturn = false;
    }
    this.#link.close();
    this.state.tell('out');
  }

  #lost() {
    this.#isGreeted = false;
    this.#live.clear();
    this.#timers.clear(this.#joining);
    const { value } = this.state;
    if (value === 'in') {
      this.state.tell('offline');
    } else if (value === 'entering' && !this.#door.wish) {
      this.state.tell('connecting');
    }
    this.#outbox.lost();
    this.#asking.lost();
  }

  // ------------------------------------------------------------ what is kept on this device

  #restore() {
    const { saved } = this.#identity;
    this.chat.iAm({ name: saved.name });
    saved.ignored.forEach((name) => this.chat.ignored.add(fold(name)));
    for (const [room, { seen }] of Object.entries(saved.rooms)) {
      Object.assign(this.chat.room(room), { isJoined: true, readNumber: seen?.[1] ?? null });
    }
    for (const { name, seen } of Object.values(saved.privates)) {
      const conversation = this.chat.private(name);
      conversation.readNumber = seen?.[1] ?? null;
      conversation.log.hasOlder = true;
    }
    this.#outbox.restore();
  }

  #forget() {
    this.#identity.forget();
    this.#outbox.clear();
    this.#live.clear();
    this.#away = null;
    this.#door.mayReturn = false;
    this.chat.clear();
  }

  #wants(room) {
    return room !== undefined && this.#identity.saved.rooms[room] !== undefined;
  }

  #want(room, key) {
    this.#identity.saved.rooms[room] ??= { seen: null };
    if (key) {
      this.#identity.saved.rooms[room].key = key;
    }
    this.#identity.saveSoon();
  }

  #notIn(room) {
    this.#live.delete(room);
    delete this.#identity.saved.rooms[room];
    this.#identity.save();
    this.#outbox.sendAll(room); // to be told that it cannot be said there
  }

  #joinMissing() {
    const missing = Object.entries(this.#identity.saved.rooms).filter(([room]) => !this.#live.has(room));
    missing.forEach(([room, { key }]) => this.join(room, { key }).catch((error) => this.#troubled({ about: room, ...error })));
  }

  #remember(conversation, oldKey) {
    const { rooms, privates } = this.#identity.saved;
    if (!conversation) {
      return;
    }
    const { key, kind, name, log, readNumber } = conversation;
    const seen = log.epoch && readNumber !== null ? [log.epoch, readNumber] : null;
    if (kind === 'private') {
      delete privates[oldKey];
      privates[key] = { name, seen };
    } else if (rooms[key]) {
      rooms[key].seen = seen ?? rooms[key].seen;
    }
    this.#identity.saveSoon();
  }
}

/** A room as the server spells it. @param {string} typed */
function called(typed) {
  const name = fold(typed.trim());
  return name.startsWith('#') ? name : `#${name}`;
}
