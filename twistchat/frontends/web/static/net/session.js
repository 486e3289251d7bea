// One person's conversation with the server, over all connections (docs/json-protocol.md).

import { Chat } from '../model/chat.js';
import { fold } from '../model/names.js';
import { Signal } from '../signal.js';
import { Asking, ignoreIt } from './asking.js';
import { pauseOf } from './door.js';
import { Entrance } from './entrance.js';
import { Memory } from './memory.js';
import { Outbox } from './outbox.js';
import { Reading } from './reading.js';
import { Rooms } from './rooms.js';

/**
 * @typedef {import('../model/conversation.js').Conversation} Conversation
 * @typedef {import('../model/item.js').Item} Item
 */

/** Made by `openSession` (net/browser.js); tests give it what they like. */
export class Session extends Reading {
  /** @type {Chat} */
  chat;
  /** What nobody asked for, as lines: `error` (a room that one cannot be in, a full server), `stopping`, `slowed`. @type {Signal<object>} */
  trouble = new Signal();
  #link;
  #identity;
  #asking;
  #entrance;
  #memory;
  #rooms;
  #outbox;
  #away = null;

  /**
   * @param {object} uses
   * @param {import('./link.js').Link} uses.link
   * @param {import('./identity.js').Identity} uses.identity
   * @param {{set: (run: () => void, ms: number) => any, clear: (id: any) => void}} uses.timers
   * @param {() => number} uses.now seconds since 1970
   * @param {() => string} uses.makeKey makes something that nobody else makes
   */
  constructor({ link, identity, timers, now, makeKey }) {
    const chat = new Chat({ now });
    const memory = new Memory({ identity, chat });
    super({ chat, memory, timers });
    this.chat = chat;
    this.#link = link;
    this.#identity = identity;
    this.#memory = memory;
    const asking = new Asking((line) => link.send(line));
    this.#asking = asking;
    const ask = (fields) => this.request(fields);
    const { trouble } = this;
    const changed = (room) => this.#outbox.sendAll(room);
    this.#rooms = new Rooms({ memory, chat, ask, timers, changed, trouble });
    const canSend = (room) => this.state.value === 'in' && !this.#rooms.isAwaited(room);
    this.#outbox = new Outbox({ identity, chat, ask, canSend, timers, now, makeKey });
    const entered = (isAnew) => this.#entered(isAnew);
    const isSomebodyNew = () => this.#outbox.forgotten();
    this.#entrance = new Entrance({ link, identity, chat, asking, memory, trouble, entered, isSomebodyNew });
  }

  /** How it stands; `state.value` is what holds now. @type {import('../signal.js').State<'connecting'|'door'|'entering'|'in'|'offline'|'out'>} */
  get state() {
    return this.#entrance.state;
  }

  /** What the last hello said: server, software, motd, limits, guests, house. */
  get server() {
    return this.#entrance.server;
  }

  /** Why one stands at the door: the error line of the last hello, or null. */
  get refusal() {
    return this.#entrance.refusal;
  }

  /** While 'out': why. @type {{cause: string, words?: string, text?: string}|null} */
  get goodbye() {
    return this.#entrance.goodbye;
  }

  /** How one came in last; 'anew': the token was no good any more, so one is somebody new. @type {'first'|'resumed'|'anew'} */
  get cameIn() {
    return this.#entrance.cameIn;
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
    this.#memory.restore();
    this.#outbox.restore();
    this.#entrance.ready();
  }

  /**
   * Come in.
   * @param {{name: string, password?: string, house?: string}} wish
   * @returns {Promise<object>} of the welcome; rejects with the error line (code, text, hint)
   */
  enter(wish) {
    return this.#entrance.enter(wish);
  }

  /** From 'out': connect again. */
  comeBack() {
    this.#entrance.comeBack();
  }

  /** Leave, and forget who one was. */
  exit() {
    this.#link.send({ type: 'quit' });
    this.#forget();
    this.#entrance.out({ type: 'goodbye', cause: 'left' });
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

  /** Say something: now, or as soon as that can be. @param {{action?: boolean, notice?: boolean}} [how] @returns {Item} pending */
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

  /** Be in a room. @param {string} room @param {{key?: string}} [how] @returns {Promise<Conversation>} */
  join(room, { key } = {}) {
    return this.#rooms.join(room, key);
  }

  /** Be in a room no more. @param {string} room @param {string} [words] */
  async leave(room, words) {
    await this.request({ type: 'leave', room, words: words || undefined });
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
    this.#memory.rememberIgnored();
  }

  /** Hear them again. @param {string} name */
  async unignore(name) {
    this.chat.ignored.delete(fold(name));
    this.#memory.rememberIgnored();
    await this.request({ type: 'unignore', name });
  }

  /** Use a command of the operator's extensions; notes stand where one asked for them. */
  async command(name, room, text) {
    this.chat.noteKey = room ?? null;
    return (await this.request({ type: 'command', name, room, text })).answer;
  }

  #hear(line) {
    if (this.#asking.takePart(line)) {
      return;
    }
    const asked = this.#asking.fieldsOf(line);
    if (line.type === 'hello') {
      this.#entrance.greeted(line);
    } else if (line.type === 'welcome') {
      this.#entrance.welcomed(line, asked);
    } else if (line.type === 'error' && asked?.type === 'hello') {
      this.#entrance.turnedAway(line, asked);
    } else if (line.type === 'error' && asked === undefined) {
      this.#refused(line);
    } else if (line.type === 'goodbye') {
      this.#entrance.dismissed(line);
    } else {
      this.#told(line);
    }
    this.#asking.settle(line);
  }

  #told(line) {
    this.#outbox.kept(line);
    this.chat.apply(line);
    const isMine = line.who !== undefined && this.chat.isMe(line.who);
    switch (line.type) {
      case 'kept':
        this.chat.settle(line);
        break;
      case 'live':
        this.#rooms.begin(line.room);
        break;
      case 'left':
        if (isMine) {
          this.#rooms.end(line.room);
        }
        break;
      case 'read':
        this.#memory.remember(this.chat.conversations.get(line.room ?? `@${fold(line.with ?? '')}`));
        break;
      case 'whispered':
        this.#memory.remember(this.chat.private(isMine ? line.to : line.who));
        break;
      case 'renamed':
      case 'account':
        this.#memory.rememberMe();
        break;
      case 'token':
        this.#memory.rememberToken(line.token);
        break;
      case 'logged-out':
        this.#forget();
        this.#entrance.toDoor(null);
        break;
      case 'stopping':
      case 'slowed':
        this.trouble.tell(line);
        break;
      default:
    }
  }

  /** Nobody asked for that: a server lets nobody in, or there is a room where one cannot be. */
  #refused(error) {
    if (this.#entrance.isGreeted) {
      this.#rooms.refused(error);
    } else {
      this.trouble.tell(error);
      this.#link.again(pauseOf(error));
    }
  }

  #entered(isAnew) {
    this.#outbox.forgotten();
    if (isAnew) {
      this.#identity.saved.ignored.forEach((name) => this.request({ type: 'ignore', name }).catch(ignoreIt));
      if (this.#away !== null) {
        this.setAway(this.#away).catch(ignoreIt);
      }
      this.#outbox.sendAll();
    }
    this.catchUp().catch(ignoreIt);
  }

  #lost() {
    this.#rooms.lost();
    this.#entrance.lost();
    this.#outbox.lost();
    this.#asking.lost();
  }

  #forget() {
    this.#identity.forget();
    this.#entrance.forget();
    this.#outbox.clear();
    this.#rooms.lost();
    this.#away = null;
    this.chat.clear();
  }
}
