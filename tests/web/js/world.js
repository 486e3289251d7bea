// A page without a browser: its clock, its storage and its server are given to it.
import { Identity } from '../../../twistchat/frontends/web/static/net/identity.js';
import { Link } from '../../../twistchat/frontends/web/static/net/link.js';
import { Session } from '../../../twistchat/frontends/web/static/net/session.js';
import { Store } from '../../../twistchat/frontends/web/static/net/store.js';
import { settled } from './kit.js';

/** Time that goes by when it is told to. */
export class Clock {
  ms = 1_767_225_600_000;
  #timers = new Map();
  #next = 1;

  timers = {
    set: (run, ms) => {
      this.#timers.set(this.#next, { run, at: this.ms + ms });
      this.#next += 1;
      return this.#next - 1;
    },
    clear: (id) => this.#timers.delete(id),
  };

  now = () => this.ms;

  seconds = () => this.ms / 1000;

  /** Let so many milliseconds go by. */
  async advance(ms) {
    const end = this.ms + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
      if (due.length === 0) {
        break;
      }
      const [id, { run, at }] = due[0];
      this.#timers.delete(id);
      this.ms = Math.max(this.ms, at);
      run();
      await settled();
    }
    this.ms = end;
    await settled();
  }
}

/** The server's end of a WebSocket. */
export class Socket {
  sent = [];
  isClosed = false;

  constructor(url) {
    this.url = url;
  }

  send(text) {
    for (const line of text.split('\n').filter(Boolean)) {
      this.sent.push(JSON.parse(line));
    }
  }

  close(code) {
    this.isClosed = true;
    this.code = code;
  }
}

/** What a browser keeps; `isFull`: it throws when more is to be kept. */
export class Kept {
  #values = new Map();
  isFull = false;

  get length() {
    return this.#values.size;
  }

  key(at) {
    return [...this.#values.keys()][at];
  }

  getItem(key) {
    return this.#values.get(key) ?? null;
  }

  setItem(key, value) {
    if (this.isFull) {
      throw new Error('full');
    }
    this.#values.set(key, value);
  }

  removeItem(key) {
    this.#values.delete(key);
  }
}

/** Channels between the tabs of one device. */
export class Channels {
  #all = [];

  open() {
    const channel = {
      onmessage: null,
      postMessage: (data) =>
        this.#all.filter((other) => other !== channel).forEach((other) => other.onmessage?.({ data })),
      close: () => {
        this.#all = this.#all.filter((other) => other !== channel);
      },
    };
    this.#all.push(channel);
    return channel;
  }
}

export const HELLO = { type: 'hello', protocol: 1, server: 'twistchat', software: 'twistchat/0.1.0', motd: [], limits: { text: 16384, page: 200, name: 24, room: 32, topic: 400 }, ping: 30 };
export const TIME = 1_767_225_600.2;

let keys = 0;

/** A tab with the page, and the server that it speaks with. */
export class Page {
  states = [];
  troubles = [];
  arrived = [];
  sockets = [];

  constructor({ clock = new Clock(), local = new Kept(), tab = new Kept(), channels = new Channels() } = {}) {
    Object.assign(this, { clock, local, tab, channels });
    const { timers, seconds } = clock;
    const makeKey = () => {
      keys += 1;
      return `key${keys}`;
    };
    const makeSocket = (url) => {
      const socket = new Socket(url);
      this.sockets.push(socket);
      return socket;
    };
    this.link = new Link({ url: 'ws://host/socket', makeSocket, timers, now: clock.now, random: () => 1 });
    const stores = { store: new Store(() => local), tab: new Store(() => tab) };
    this.channel = channels?.open() ?? null;
    this.identity = new Identity({ ...stores, channel: this.channel, timers, now: seconds, makeKey });
    this.session = new Session({ link: this.link, identity: this.identity, timers, now: seconds, makeKey });
    this.session.state.listen((state) => this.states.push(state));
    this.session.trouble.listen((line) => this.troubles.push(line));
    this.session.chat.arrived.listen((arrived) => this.arrived.push(arrived));
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get sent() {
    return this.socket.sent;
  }

  get state() {
    return this.session.state.value;
  }

  get chat() {
    return this.session.chat;
  }

  /** The last that was sent of a type. */
  last(type) {
    return this.sent.findLast((line) => line.type === type);
  }

  /** Begin, as far as the server's hello. */
  async start(hello = {}) {
    const started = this.session.start();
    await this.clock.advance(200);
    await started;
    await this.greet(hello);
    return this;
  }

  /** The connection opens, and the server greets. */
  async greet(hello = {}) {
    this.socket.onopen();
    await this.hear({ ...HELLO, ...hello });
  }

  /** The server says lines, in one frame. */
  async hear(...lines) {
    this.socket.onmessage({ data: lines.map((line) => `${JSON.stringify(line)}\n`).join('') });
    await settled();
  }

  /** The server answers the last request of a type. */
  async answer(type, ...lines) {
    const { id } = this.last(type);
    const last = lines.pop();
    await this.hear(...lines.map((line) => ({ ...line, re: id })), { ...last, id });
  }

  /** The connection is lost, and the next one is there. */
  async comeBack(hello = {}) {
    await this.lose();
    await this.clock.advance(30_000);
    await this.greet(hello);
  }

  async lose() {
    this.socket.onclose();
    await settled();
  }

  /** Come in as somebody, into the lobby. */
  async enter(name = 'bob', { lines = [], number = 0, names = [name], epoch = 'e1', ...welcome } = {}) {
    const entered = this.session.enter({ name });
    await this.welcome(name, { lines, number, names, epoch, ...welcome });
    await entered;
    return this;
  }

  /** The server lets one in. */
  async welcome(name = 'bob', { lines = [], number = 0, names = [name], epoch = 'e1', resumed = false, live = {}, ...more } = {}) {
    const { id } = this.last('hello');
    await this.hear(
      { type: 'welcome', name, resumed, token: `token of ${name}`, expires: 1767830400, ...more, id },
      ...lines.map((line) => ({ ...line, past: true })),
      { type: 'live', room: '#lobby', epoch, number, ...live },
      ...(resumed ? [] : [{ type: 'joined', room: '#lobby', time: TIME, who: name }]),
      { type: 'members', room: '#lobby', topic: '', names, away: [], count: names.length },
    );
  }

  /** The same tab, after a reload; or another one. */
  reload({ tab = this.tab } = {}) {
    this.session.flush();
    if (tab === this.tab) {
      this.channel?.close();
    }
    return new Page({ clock: this.clock, local: this.local, tab, channels: this.channels });
  }

  get lobby() {
    return this.chat.conversations.get('#lobby');
  }
}

/** Something that was said in the lobby. */
export function said(number, text = `line ${number}`, { who = 'alice', epoch = 'e1', ...more } = {}) {
  return { type: 'said', room: '#lobby', epoch, number, time: TIME, who, text, ...more };
}

/** So many lines, from one number to another. */
export function lines(from, to, more = {}) {
  return Array.from({ length: to - from + 1 }, (_, at) => said(from + at, undefined, more));
}

/** What stands in a log, in short: numbers, gaps, kinds. */
export function seen({ log }) {
  return log.items.map((item) => {
    if (item.kind === 'gap') {
      return `${item.why} ${item.from}-${item.to}`;
    }
    return item.number ?? item.state ?? item.kind;
  });
}
