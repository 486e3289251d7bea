// What is kept on this device: in the browser's storage, or in memory where that cannot be.

/** A storage that never throws: where the browser's does, all is kept for as long as the page is open. */
export class Store {
  #storage;
  #prefix;
  #memory = new Map();

  /**
   * @param {() => Storage} open may throw, as the browser's own does where it is forbidden
   * @param {string} [prefix] of all keys
   */
  constructor(open, prefix = '') {
    this.#prefix = prefix;
    try {
      this.#storage = open() ?? null;
    } catch {
      this.#storage = null;
    }
  }

  /** Read a value, or null. @param {string} key */
  get(key) {
    const text = this.#memory.get(key) ?? this.#try((storage) => storage.getItem(this.#prefix + key)) ?? null;
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** Keep a value. @param {string} key @param {unknown} value */
  set(key, value) {
    const text = JSON.stringify(value);
    const isKept = this.#try((storage) => {
      storage.setItem(this.#prefix + key, text);
      return true;
    });
    if (isKept) {
      this.#memory.delete(key);
    } else {
      this.#memory.set(key, text);
    }
  }

  /** Keep it no more. @param {string} key */
  remove(key) {
    this.#memory.delete(key);
    this.#try((storage) => storage.removeItem(this.#prefix + key));
  }

  /** The keys that begin so. @param {string} start @returns {string[]} */
  keys(start) {
    const all = this.#try((storage) => Array.from({ length: storage.length }, (_, at) => storage.key(at))) ?? [];
    const kept = all.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length));
    return [...new Set([...kept, ...this.#memory.keys()])].filter((key) => key.startsWith(start));
  }

  #try(use) {
    try {
      return this.#storage === null ? undefined : use(this.#storage);
    } catch {
      return undefined;
    }
  }
}
