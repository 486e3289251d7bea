// The connection to the server: one WebSocket at a time, and the next when that one is lost.

import { Signal, State } from '../signal.js';

/** After so many milliseconds of silence the server is asked whether it is there. */
const SILENCE = 20_000;
/** So long it may take to answer. */
const PATIENCE = 10_000;
/** So long it may take when there is reason to doubt: the device has slept, say. */
const HURRY = 5_000;
/** So long it may take until a connection is open. */
const OPENING = 15_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Without a code it would mean to leave: the server would tell so, and keep the name for nobody. */
const GIVEN_UP = 4000;
/** Who has been in for so long begins with short pauses again. */
const SETTLED = 10_000;

/**
 * @typedef {{state: 'connecting'|'open'|'waiting'|'closed', until?: number, tries: number}} LinkState
 * `until`: when the next connection is tried (ms, as `now` has it)
 */

/** Brings lines, as objects, until it is closed. Everything that it uses is given to it. */
export class Link {
  /** @type {State<LinkState>} */
  state = new State({ state: 'closed', tries: 0 });
  /** @type {Signal<object>} */
  line = new Signal();
  #url;
  #makeSocket;
  #timers;
  #now;
  #random;
  #socket = null;
  #timer = null;
  #settling = null;
  #tries = 0;
  #heard = 0;
  #asked = 0;

  /**
   * @param {object} uses
   * @param {string} uses.url
   * @param {(url: string) => WebSocket} uses.makeSocket
   * @param {{set: (run: () => void, ms: number) => any, clear: (id: any) => void}} uses.timers
   * @param {() => number} uses.now milliseconds
   * @param {() => number} [uses.random] 0 to 1
   */
  constructor({ url, makeSocket, timers, now, random = Math.random }) {
    this.#url = url;
    this.#makeSocket = makeSocket;
    this.#timers = timers;
    this.#now = now;
    this.#random = random;
  }

  /** Be connected from now on, as far as that can be. */
  open() {
    if (this.state.value.state === 'closed') {
      this.#tries = 0;
      this.#connect();
    }
  }

  /** Be connected no more. */
  close() {
    this.#letGo();
    this.#timers.clear(this.#timer);
    this.#tell('closed');
  }

  /** Try at once, or find out at once whether the server is still there: something has changed. */
  wake() {
    const { state } = this.state.value;
    if (state === 'waiting') {
      this.#timers.clear(this.#timer);
      this.#connect();
    } else if (state === 'open' && this.#now() - this.#heard >= HURRY) {
      this.#ask(HURRY);
    }
  }

  /** Find out at once whether the server is still there: the device says that it has no network. */
  doubt() {
    if (this.state.value.state === 'open') {
      this.#ask(HURRY);
    }
  }

  /** This connection is of no use: try another, but not before so many milliseconds. @param {number} pause */
  again(pause = 0) {
    if (this.#socket) {
      this.#lost(pause);
    }
  }

  /** One is in: this server is as it should be. */
  entered() {
    this.#timers.clear(this.#settling);
    this.#settling = this.#timers.set(() => {
      this.#tries = 0;
    }, SETTLED);
  }

  /** Send an object; whether there was a connection to send it over. @param {object} line */
  send(line) {
    if (this.state.value.state !== 'open') {
      return false;
    }
    this.#socket.send(`${JSON.stringify(line)}\n`);
    return true;
  }

  #connect() {
    this.#tell('connecting');
    let socket;
    try {
      socket = this.#makeSocket(this.#url);
    } catch {
      this.#pause(0);
      return;
    }
    this.#socket = socket;
    const isMine = () => this.#socket === socket;
    socket.onopen = () => isMine() && this.#opened();
    socket.onmessage = ({ data }) => isMine() && this.#heardFrom(socket, data);
    socket.onclose = () => isMine() && this.#lost(0);
    socket.onerror = () => {}; // a close follows
    this.#timer = this.#timers.set(() => isMine() && this.#lost(0), OPENING);
  }

  #opened() {
    this.#heard = this.#now();
    this.#tell('open');
    this.#ask(PATIENCE, false); // it speaks first
  }

  #heardFrom(socket, data) {
    this.#heard = this.#now();
    if (this.#asked) {
      this.#asked = 0;
      this.#watch(SILENCE);
    }
    for (const words of String(data).split('\n')) {
      const line = read(words);
      if (line?.type === 'ping') {
        this.send({ type: 'pong' });
      } else if (line && this.#socket === socket) {
        this.line.tell(line);
      }
    }
  }

  #watch(ms) {
    this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(() => {
      const silent = this.#now() - Math.max(this.#heard, this.#asked);
      if (this.#asked) {
        this.#lost(0);
      } else if (silent >= SILENCE) {
        this.#ask(PATIENCE);
      } else {
        this.#watch(SILENCE - silent);
      }
    }, ms);
  }

  #ask(patience, isAloud = true) {
    this.#asked = this.#now() || 1;
    this.#watch(patience);
    if (isAloud) {
      this.send({ type: 'ping' });
    }
  }

  #lost(pause) {
    this.#letGo();
    this.#pause(pause);
  }

  #pause(least) {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#tries);
    this.#tries += 1;
    const pause = Math.max(least, longest * (0.5 + this.#random() / 2));
    this.#timers.clear(this.#timer);
    this.#timer = this.#timers.set(() => this.#connect(), pause);
    this.#tell('waiting', this.#now() + pause);
  }

  #letGo() {
    const socket = this.#socket;
    this.#socket = null;
    this.#asked = 0;
    this.#timers.clear(this.#settling);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(GIVEN_UP);
    }
  }

  #tell(state, until) {
    this.state.tell({ state, tries: this.#tries, ...(until !== undefined && { until }) });
  }
}

/** Read a line; what is no object says nothing. */
function read(words) {
  try {
    const line = words.trim() ? JSON.parse(words) : null;
    return line !== null && typeof line === 'object' ? line : null;
  } catch {
    return null;
  }
}
