// What was asked of the server on this connection, and is not answered yet.

/** @typedef {{fields: object, parts: object[], resolve: Function, reject: Function}} Asked */

/** Past lines are parts of the answer to these; those of a room that one enters are told as they come. */
const PAGES = new Set(['history', 'search']);

/** What may well fail, and is asked for again at another time. */
export const ignoreIt = () => {};

/** Requests by their ids. */
export class Asking {
  #send;
  /** @type {Map<number, Asked>} */
  #asked = new Map();
  #next = 1;

  /** @param {(line: object) => boolean} send */
  constructor(send) {
    this.#send = send;
  }

  /** Ask. @param {object} fields @returns {Promise<{answer: object, parts: object[]}>} rejects with an error line, or {code: 'lost'} */
  ask(fields) {
    return new Promise((resolve, reject) => {
      const id = this.#next;
      this.#next += 1;
      this.#asked.set(id, { fields, parts: [], resolve, reject });
      if (!this.#send({ ...fields, id })) {
        this.#asked.delete(id);
        reject({ type: 'error', code: 'lost' });
      }
    });
  }

  /** Take a line that is a part of an answer; whether it is one. @param {object} line */
  takePart(line) {
    const asked = line.re === undefined ? undefined : this.#asked.get(line.re);
    if (asked === undefined || !PAGES.has(asked.fields.type)) {
      return false;
    }
    asked.parts.push(line);
    return true;
  }

  /** Tell what was asked that a line answers, if anything. @param {object} line @returns {object|undefined} its fields */
  fieldsOf(line) {
    return this.#asked.get(line.id)?.fields;
  }

  /** Take a line as the answer that it may be. @param {object} line */
  settle(line) {
    const asked = this.#asked.get(line.id);
    this.#asked.delete(line.id);
    if (line.type === 'error') {
      asked?.reject(line);
    } else {
      asked?.resolve({ answer: line, parts: asked.parts });
    }
  }

  /** Nothing is answered any more: the connection is gone. */
  lost() {
    const open = [...this.#asked.values()];
    this.#asked.clear();
    open.forEach(({ reject }) => reject({ type: 'error', code: 'lost' }));
  }
}
