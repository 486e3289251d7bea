// How it stands with the server: at the door, in, away or out. A part of session.js.

import { ignoreIt } from './asking.js';
import { fold } from '../model/names.js';
import { State } from '../signal.js';
import { comesBack, Door, pauseOf } from './door.js';

const LIMITS = { text: 16384, page: 200, name: 24, room: 32, topic: 400 };

/** Brings one in, and back in. */
export class Entrance {
  /** @type {State<'connecting'|'door'|'entering'|'in'|'offline'|'out'>} */
  state = new State('connecting');
  server = { server: '', software: '', motd: [], limits: LIMITS, guests: true, house: false };
  refusal = null;
  goodbye = null;
  cameIn = 'first';
  isGreeted = false;
  #link;
  #identity;
  #chat;
  #asking;
  #trouble;
  #entered;
  #isSomebodyNew;
  #door;
  #isReady = false;

  /**
   * @param {object} uses
   * @param {import('./link.js').Link} uses.link
   * @param {import('./identity.js').Identity} uses.identity
   * @param {import('../model/chat.js').Chat} uses.chat
   * @param {import('./asking.js').Asking} uses.asking
   * @param {import('./memory.js').Memory} uses.memory
   * @param {import('../signal.js').Signal<object>} uses.trouble
   * @param {(isAnew: boolean) => void} uses.entered one is in: on this connection, or only as somebody else
   * @param {() => void} uses.isSomebodyNew
   */
  constructor({ link, identity, chat, asking, memory, trouble, entered, isSomebodyNew }) {
    this.#link = link;
    this.#identity = identity;
    this.#chat = chat;
    this.#asking = asking;
    this.#trouble = trouble;
    this.#entered = entered;
    this.#isSomebodyNew = isSomebodyNew;
    this.#door = new Door({ identity, memory });
  }

  /** It is known who one is. */
  ready() {
    this.#isReady = true;
    this.#goOn();
  }

  /** Come in. @param {{name: string, password?: string, house?: string}} wish @returns {Promise<object>} */
  enter(wish) {
    const entered = this.#door.take(wish);
    this.state.tell('entering');
    this.#link.open();
    this.#link.wake();
    this.#goOn();
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

  /** The server says who it is. */
  greeted(hello) {
    this.isGreeted = true;
    this.server = { guests: true, house: false, ...hello, limits: { ...LIMITS, ...hello.limits } };
    this.#goOn();
  }

  /** The connection is gone. */
  lost() {
    this.isGreeted = false;
    const { value } = this.state;
    if (value === 'in') {
      this.state.tell('offline');
    } else if (value === 'entering' && !this.#door.wish) {
      this.state.tell('connecting');
    }
  }

  /** One is in. @param {object} line @param {object} [asked] what it answers */
  welcomed(line, asked) {
    const { saved } = this.#identity;
    const { name, account = false, operator = false, resumed } = line;
    const isOwner = saved.account && account && fold(name) === fold(saved.name);
    this.#identity.entered(line, { isSame: resumed || isOwner });
    this.#chat.iAm({ name, account, operator });
    const isAnew = asked?.type !== 'login';
    if (isAnew) {
      this.#link.entered();
      this.cameIn = this.#door.entered(line);
      this.refusal = null;
      this.state.tell('in');
    }
    const { wish } = this.#door;
    this.#door.wish = null;
    this.#entered(isAnew);
    wish?.resolve(line);
  }

  /** One may not come in like that. @param {object} error @param {object} hello what it answers */
  turnedAway(error, hello) {
    const next = this.#door.refused(error, hello);
    if (next === 'door') {
      const { wish } = this.#door;
      this.#door.wish = null;
      this.toDoor(error);
      wish?.reject(error);
      return;
    }
    if (next === 'out') {
      this.out({ ...error, type: 'goodbye', cause: error.code });
      return;
    }
    this.#trouble.tell(error);
    if (next === 'later') {
      this.#link.again(pauseOf(error));
      return;
    }
    if (this.#door.isAnew) {
      this.#identity.isSomebodyElse();
      this.#isSomebodyNew();
    }
    this.#sayHello();
  }

  /** The server ends it. @param {{cause: string}} goodbye */
  dismissed(goodbye) {
    if (goodbye.cause === 'no name given') {
      this.#link.close(); // whoever still stands there comes in over another
    } else if (comesBack(goodbye.cause)) {
      this.#link.again();
    } else {
      this.out(goodbye);
    }
  }

  /** One is nobody any more. */
  forget() {
    this.#door.mayReturn = false;
  }

  /** Be asked who one is. @param {object|null} error why */
  toDoor(error) {
    this.refusal = error;
    this.state.tell('door');
  }

  /** Be out until one wishes otherwise. */
  out(goodbye) {
    this.goodbye = goodbye;
    if (goodbye.cause === 'logged out') {
      this.#identity.saved.token = null;
      this.#identity.save();
      this.#door.mayReturn = false;
    }
    this.#link.close();
    this.state.tell('out');
  }

  #goOn() {
    if (!this.#isReady || !this.isGreeted) {
      return;
    }
    if (this.#door.wish) {
      this.#sayHello();
    } else if (!this.#door.opensByItself) {
      this.toDoor(this.refusal);
    } else if (this.server.house && !this.#identity.house) {
      this.toDoor({ type: 'error', code: 'house-first' });
    } else {
      this.#sayHello();
    }
  }

  #sayHello() {
    if (this.state.value !== 'offline' && this.state.value !== 'entering') {
      this.state.tell('entering');
    }
    this.#asking.ask(this.#door.hello(this.server)).catch(ignoreIt); // the answer comes as a line
  }
}
