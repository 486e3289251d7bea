// Something that happens, and those who want to be told.

/**
 * Tells its listeners values, in the order in which they began to listen.
 * @template T
 */
export class Signal {
  #listeners = new Set();

  /**
   * Be told each value from now on.
   * @param {(value: T) => void} listener
   * @returns {() => void} ends it
   */
  listen(listener) {
    const own = (value) => listener(value);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /**
   * Tell everybody. One who fails keeps it from nobody else.
   * @param {T} value
   */
  tell(value) {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/**
 * A signal that remembers what it told last.
 * @template T
 * @extends {Signal<T>}
 */
export class State extends Signal {
  #value;

  /** @param {T} value */
  constructor(value) {
    super();
    this.#value = value;
  }

  /** What holds now. */
  get value() {
    return this.#value;
  }

  /**
   * Tell what holds from now on.
   * @param {T} value
   */
  tell(value) {
    this.#value = value;
    super.tell(value);
  }
}
