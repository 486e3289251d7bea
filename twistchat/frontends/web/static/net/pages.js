// What was said before, as one scrolls up, fills a gap, follows a link or searches: a part of session.js.

import { fold } from '../model/names.js';

/** Lines that are asked for at once. */
const PAGE = 100;
/** Lines before and behind one that is looked for. */
const AROUND = 25;
const FOUND = 50;

/**
 * @typedef {import('../model/conversation.js').Conversation} Conversation
 * @typedef {import('../model/item.js').Item} Item
 */

/** Reads pages of history into logs. */
export class Pages {
  #ask;
  #chat;
  #limit;

  /**
   * @param {object} uses
   * @param {(fields: object) => Promise<{answer: object, parts: object[]}>} uses.ask
   * @param {import('../model/chat.js').Chat} uses.chat
   * @param {() => number} uses.limit how many lines the server sends at once
   */
  constructor({ ask, chat, limit }) {
    this.#ask = ask;
    this.#chat = chat;
    this.#limit = (wish) => Math.max(1, Math.min(wish, limit()));
  }

  /** Read what comes before all that is here. @param {Conversation} conversation */
  async older(conversation) {
    const { log } = conversation;
    if (log.isLoading || !log.hasOlder) {
      return;
    }
    log.isLoading = true;
    try {
      const before = log.first ?? undefined;
      const { answer, items, low } = await this.#read(conversation, { before, limit: this.#limit(PAGE) });
      if (!this.#isOfNow(conversation, answer) || (log.first ?? undefined) !== before) {
        return;
      }
      const to = before === undefined ? Math.max(answer.number, log.last) : before - 1;
      log.hasOlder = answer.more;
      log.fill(items, answer.more ? (low ?? to) : 1, to);
      this.#chat.recount(conversation);
    } finally {
      log.isLoading = false;
    }
  }

  /**
   * Read what is missing in a gap: a page of it, the last lines first.
   * @param {Conversation} conversation
   * @param {Item} gap
   * @param {boolean} [isFromStart] the first lines first
   */
  async gap(conversation, gap, isFromStart = false) {
    const { log } = conversation;
    const { from, to } = gap;
    if (gap.isLoading || from > to || gap.why === 'deleted') {
      return;
    }
    gap.isLoading = true;
    log.touch(gap);
    try {
      const limit = this.#limit(PAGE);
      const range = isFromStart ? { after: from - 1, before: to + 1, limit } : { before: to + 1, limit };
      const { answer, items, low, high } = await this.#read(conversation, range);
      if (this.#isOfNow(conversation, answer)) {
        const first = isFromStart || !answer.more ? from : Math.max(low ?? to, from);
        const last = isFromStart && answer.more ? Math.min(high ?? from, to) : to;
        log.fill(items, first, last);
        this.#chat.recount(conversation);
      }
    } finally {
      gap.isLoading = false;
      log.touch(gap);
    }
  }

  /** Read what stands around a number; tells the item that has it, or null. */
  async goTo(conversation, number) {
    const { log } = conversation;
    const found = log.find(number);
    if (found || number < 1 || (log.last > 0 && number > log.last)) {
      return found ?? null;
    }
    const low = Math.max(1, number - AROUND);
    const range = { after: low - 1, before: number + AROUND + 1, limit: this.#limit(2 * AROUND + 1) };
    const { answer, items, high: end } = await this.#read(conversation, range);
    if (this.#isOfNow(conversation, answer)) {
      const high = answer.more ? (end ?? 0) : Math.min(number + AROUND, log.last || answer.number);
      if (high >= low) {
        log.hasOlder = low > 1 && (log.first === null || low < log.first || log.hasOlder);
        log.fill(items, low, high);
        this.#chat.recount(conversation);
      }
    }
    return log.find(number) ?? null;
  }

  /** Read what came after all that is here: of what is private nobody tells it again. */
  async newer(conversation) {
    const { log } = conversation;
    let isMore = true;
    while (isMore) {
      const before = log.last;
      const range = { after: before, limit: this.#limit(PAGE) };
      const { answer, parts } = await this.#ask({ type: 'history', ...where(conversation), ...range });
      parts.forEach((line) => this.#chat.apply({ ...line, re: undefined }));
      isMore = answer.more && log.last > before;
    }
  }

  /**
   * Find lines. What two people say to each other is only looked for among what is here.
   * @param {Conversation} conversation
   * @param {{words?: string|string[], who?: string, since?: number, until?: number}} what
   * @returns {Promise<Item[]>}
   */
  async search(conversation, { words = [], who, since, until }) {
    const list = (Array.isArray(words) ? words : words.split(/\s+/u)).filter(Boolean);
    if (conversation.kind === 'private') {
      const wanted = list.map(fold);
      return conversation.log.items.filter(({ kind, text, time, ...item }) => {
        const plain = fold(text);
        const isThen = time >= (since ?? 0) && time < (until ?? Infinity);
        return kind === 'said' && isThen && (!who || fold(item.who) === fold(who)) && wanted.every((word) => plain.includes(word));
      });
    }
    const what = { words: list.length > 0 ? list : undefined, who: who || undefined, since, until };
    const { parts } = await this.#ask({ type: 'search', room: conversation.name, ...what, limit: this.#limit(FOUND) });
    return this.#chat.itemsOf(parts);
  }

  async #read(conversation, range) {
    const { answer, parts } = await this.#ask({ type: 'history', ...where(conversation), ...range });
    const [first, last] = [parts[0], parts.at(-1)]; // not all of them may be items
    const low = first?.number ?? first?.from;
    const high = last?.number ?? last?.to;
    return { answer, items: this.#chat.itemsOf(parts), low, high };
  }

  /** Whether a page is of the life of the conversation that is shown. */
  #isOfNow({ log }, { epoch }) {
    if (log.epoch === null && epoch) {
      log.epoch = epoch;
    }
    return !epoch || log.epoch === epoch;
  }
}

const where = ({ kind, name }) => (kind === 'room' ? { room: name } : { to: name });
