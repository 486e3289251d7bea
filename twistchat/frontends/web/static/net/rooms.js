// The rooms where one is on this connection, and those where one is to be: a part of session.js.

import { fold } from '../model/names.js';
import { pauseOf } from './door.js';

/** Goes into rooms, and back into them. */
export class Rooms {
  #memory;
  #chat;
  #ask;
  #timers;
  #changed;
  #trouble;
  /** Those that are told as it happens. */
  #live = new Set();
  #joining = null;

  /**
   * @param {object} uses
   * @param {import('./memory.js').Memory} uses.memory
   * @param {import('../model/chat.js').Chat} uses.chat
   * @param {(fields: object) => Promise<{answer: object}>} uses.ask
   * @param {{set: Function, clear: Function}} uses.timers
   * @param {(room: string) => void} uses.changed one is in a room, or will not be
   * @param {import('../signal.js').Signal<object>} uses.trouble
   */
  constructor({ memory, chat, ask, timers, changed, trouble }) {
    this.#memory = memory;
    this.#chat = chat;
    this.#ask = ask;
    this.#timers = timers;
    this.#changed = changed;
    this.#trouble = trouble;
  }

  /** Whether a room is awaited: one wants to be in it, and is not yet. */
  isAwaited(room) {
    return this.#memory.wants(room) && !this.#live.has(room);
  }

  /** Be in a room. @param {string} typed @param {string} [key] */
  async join(typed, key) {
    let room = called(typed);
    if (!this.#live.has(room)) {
      const seen = this.#memory.seen(room) ?? undefined;
      const { answer } = await this.#ask({ type: 'join', room, key, seen });
      room = answer.room ?? room;
      this.#memory.want(room, key);
    }
    return this.#chat.room(room);
  }

  /** A room is told as it happens from here on. */
  begin(room) {
    this.#live.add(room);
    this.#memory.want(room);
    this.#memory.remember(this.#chat.room(room));
    this.#changed(room);
  }

  /** One is in a room no more. */
  end(room) {
    this.#live.delete(room);
    this.#memory.forget(room);
    this.#changed(room);
  }

  /** The connection is gone. */
  lost() {
    this.#live.clear();
    this.#timers.clear(this.#joining);
  }

  /** Take in an error that answers nothing: a room cannot be entered, perhaps. @param {object} error */
  refused(error) {
    const room = error.room ?? error.about;
    if (error.code === 'joins-too-fast') {
      this.#timers.clear(this.#joining);
      this.#joining = this.#timers.set(() => this.#joinMissing(), pauseOf(error));
    } else if (error.code !== 'no-history' && this.isAwaited(room)) {
      const key = this.#memory.keyTo(room);
      if (error.code === 'key-needed' && key && !error.isSecond) {
        this.#joinAgain(room, key); // a hello has no place for it
        return;
      }
      this.end(room);
      const conversation = this.#chat.room(room);
      conversation.isJoined = false;
      this.#chat.changed.tell({ conversation });
    }
    this.#trouble.tell(error);
  }

  #joinMissing() {
    const missing = this.#memory.rooms.filter(([room]) => !this.#live.has(room));
    missing.forEach(([room, { key }]) => this.#joinAgain(room, key));
  }

  #joinAgain(room, key) {
    this.join(room, key).catch((error) => {
      if (error.code !== 'lost') {
        this.refused({ ...error, room, isSecond: true });
      }
    });
  }
}

/** A room as the server spells it. @param {string} typed */
function called(typed) {
  const name = fold(typed.trim());
  return name.startsWith('#') ? name : `#${name}`;
}
