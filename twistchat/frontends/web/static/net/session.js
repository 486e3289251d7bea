// One person's conversation with the server, over all connections.

import { Chat } from '../model/chat.js';
import { Signal, State } from '../signal.js';

/** Made by `openSession()` in net/browser.js; tests give it what they like. */
export class Session {
  chat = new Chat();
  /** 'connecting' | 'door' | 'entering' | 'in' | 'offline' | 'out'; `state.value` is what holds now. */
  state = new State('connecting');
  /** Of the last hello. */
  server = { server: '', motd: [], limits: { text: 16384, page: 200, name: 24, room: 32, topic: 400 }, guests: true, house: false };
  /** Why one is at the door or out: the error line of the last `hello`, or null. */
  refusal = null;
  /** While 'out': the goodbye. @type {{cause: string, words?: string}|null} */
  goodbye = null;
  /** How one came in: 'first' | 'resumed' | 'anew' (the token was no good any more). */
  cameIn = 'first';
  /** Errors and news that nobody asked for, as lines: `error` (a room of one's own that one cannot enter, full…), `stopping`, `slowed`. */
  trouble = new Signal();
  /** The name that was used last on this device, for the door. */
  get rememberedName() {}

  /** Begin: find out who one is, and connect. @returns {Promise<void>} */
  async start() {}
  /** Come in. Rejects with the error line (code, text, hint). */
  async enter({ name, password, house }) {}
  /** From 'out': connect again. */
  comeBack() {}
  /** Ask. Rejects with an error line, or {code: 'lost'}. @returns {Promise<{answer: object, parts: object[]}>} */
  async request(fields) {}

  say(conversation, text, { action = false, notice = false } = {}) {}
  resend(item) {}
  /** Takes a line of one's own that is not sent away, and returns its text. */
  discard(item) {}

  async join(room, { key } = {}) {}
  async leave(room, words) {}
  async openPrivate(name) {}
  /** Takes a conversation away that one is not in (left by a kick, or private). */
  close(conversation) {}

  async loadOlder(conversation) {}
  async loadGap(conversation, item) {}
  async goTo(conversation, number) {}
  async search(conversation, { words, who, since, until }) {}
  markRead(conversation, number) {}

  async register(password) {}
  async login(name, password) {}
  async changePassword(old, fresh) {}
  async logout() {}
  async deleteAccount(password) {}
  async rename(name) {}
  async setAway(words) {}
  async ignore(name) {}
  async unignore(name) {}
  async moderate(deed, room, to, { seconds, words } = {}) {}
  async setTopic(room, topic) {}
  async readRules(room) {}
  async changeRules(room, change) {}
  async sanctions(room) {}
  async deleteLine(room, number, words) {}
  async invite(room, name) {}
  async listRooms(matching) {}
  async describe(name) {}
  async command(name, room, text) {}
  exit() {}
}
