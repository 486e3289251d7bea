// Up to where one has read, told to the other connections of one's account: a part of session.js.

/** At most one telling of each conversation in so many milliseconds. */
const EVERY = 2_000;

/** Tells the last mark of each conversation, now and then. */
export class Marks {
  #ask;
  #timers;
  /** @type {Map<import('../model/conversation.js').Conversation, number>} */
  #due = new Map();
  #pause = null;

  /** @param {{ask: (fields: object) => Promise<object>, timers: {set: Function, clear: Function}}} uses */
  constructor({ ask, timers }) {
    this.#ask = ask;
    this.#timers = timers;
  }

  /** Tell that one has read up to there. */
  mark(conversation, number) {
    this.#due.set(conversation, number);
    if (this.#pause === null) {
      this.#tell();
    }
  }

  #tell() {
    if (this.#due.size === 0) {
      this.#pause = null;
      return;
    }
    for (const [{ kind, name }, number] of this.#due) {
      const where = kind === 'room' ? { room: name } : { with: name };
      this.#ask({ type: 'read', ...where, number }).catch(() => {}); // it is of no great matter
    }
    this.#due.clear();
    this.#pause = this.#timers.set(() => this.#tell(), EVERY);
  }
}
