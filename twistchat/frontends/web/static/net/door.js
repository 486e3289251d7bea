// What one says at the door, and what follows from the answer: a part of entrance.js.

import { fold } from '../model/names.js';

/** Lines before what one has read that are shown with what is new. */
const CONTEXT = 30;
/** Other names that are tried when one comes back as somebody new. */
const NAMES_TRIED = 5;
/** Before a refusal that will pass is tried again, where the server does not say when (ms). */
const DOOR_PAUSE = 5_000;

const OF_TOKEN = new Set(['token-unknown', 'token-expired']);
const OF_HOUSE = new Set(['house-first', 'house-password-wrong']);
const NEEDS_SOMEBODY = new Set(['guests-not-welcome', 'wrong-password', 'account-disabled', 'hello-first']);
const NO_WAY_IN = new Set(['banned', 'bad-protocol']);
const STAYS_OUT = new Set(['left', 'kicked', 'banned', 'logged out', 'resumed']);

/** Whether one comes back by oneself after a goodbye. @param {string} cause */
export function comesBack(cause) {
  return !STAYS_OUT.has(cause);
}

/** How long to wait after an error, in milliseconds. @param {{code: string, hint?: string}} error */
export function pauseOf({ code, hint }) {
  const seconds = code.endsWith('-too-fast') ? Number(hint) : NaN;
  return seconds > 0 ? seconds * 1000 : DOOR_PAUSE;
}

/** Says hello, and judges what comes of it. */
export class Door {
  /** What somebody wishes who stands there: name, password, house. */
  wish = null;
  /** Whether one was in on this page, and wants to be again. */
  mayReturn = false;
  /** Whether the token was no good any more. */
  isAnew = false;
  #identity;
  #memory;
  #alias = null;
  #tried = 0;

  /** @param {{identity: import('./identity.js').Identity, memory: import('./memory.js').Memory}} uses */
  constructor({ identity, memory }) {
    this.#identity = identity;
    this.#memory = memory;
  }

  /** Whether one comes in without being asked. */
  get opensByItself() {
    const { token, name } = this.#identity.saved;
    return Boolean(name && (token || this.mayReturn));
  }

  /** Take a wish to come in. @returns {Promise<object>} of the welcome */
  async take(wish) {
    this.wish?.reject({ type: 'error', code: 'lost' });
    return new Promise((resolve, reject) => {
      this.wish = { ...wish, resolve, reject };
    });
  }

  /** Say who one is. @param {{house: boolean}} server */
  hello(server) {
    const { saved, house } = this.#identity;
    const { wish } = this;
    const name = wish?.name ?? this.#alias ?? saved.name;
    const hello = { type: 'hello', protocol: 1, name, client: 'web' };
    if (wish?.password) {
      hello.password = wish.password;
    } else if (saved.token && fold(name) === fold(saved.name)) {
      hello.token = saved.token;
    }
    if (server.house) {
      hello.house = wish?.house || house;
    }
    const rooms = this.#rooms();
    if (this.mayReturn || (!wish?.password && Object.keys(rooms).length > 0)) {
      hello.rooms = rooms;
    }
    return hello;
  }

  /** One is in; how one came. @param {{resumed: boolean}} welcome @returns {'first'|'resumed'|'anew'} */
  entered({ resumed }) {
    if (this.wish?.house) {
      this.#identity.house = this.wish.house;
    }
    const how = resumed ? 'resumed' : this.isAnew ? 'anew' : 'first';
    this.mayReturn = true;
    this.isAnew = false;
    this.#alias = null;
    this.#tried = 0;
    return how;
  }

  /**
   * What to do after a refusal.
   * @returns {'again'|'door'|'out'|'later'} say hello again at once; ask somebody; give up; try another time
   */
  refused({ code, hint }, hello) {
    const { saved } = this.#identity;
    if (OF_HOUSE.has(code)) {
      this.#identity.house = '';
    }
    if (OF_TOKEN.has(code) && hello.token) {
      saved.token = null;
      this.isAnew = true;
      this.#identity.save();
      return saved.account && !this.wish ? 'door' : 'again';
    }
    if (this.wish || OF_HOUSE.has(code) || NEEDS_SOMEBODY.has(code)) {
      return 'door';
    }
    if (NO_WAY_IN.has(code)) {
      return 'out';
    }
    if (!code.startsWith('name-')) {
      return 'later';
    }
    this.#tried += 1;
    if (!this.mayReturn || code === 'name-registered' || !hint || this.#tried > NAMES_TRIED) {
      return 'door';
    }
    this.#alias = hint;
    return 'again';
  }

  /** Where one wants to be, and up to where one knows each room. */
  #rooms() {
    const rooms = Object.entries(this.#identity.saved.rooms);
    return Object.fromEntries(rooms.map(([room, { seen }]) => [room, this.#memory.seen(room) ?? context(seen)]));
  }
}

function context(seen) {
  return seen && [seen[0], Math.max(0, seen[1] - CONTEXT)];
}
