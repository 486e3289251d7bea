/**
 * What happened, told as a sentence: nodes, in which names stand isolated, so that one in Hebrew or Arabic
 * cannot change places with the words around it.
 */
import { el } from '../elements.js';
import { partsOf } from './log-text.js';
import { writeHash } from '../view.js';

const LOST = new Set(['connection lost', 'timed out', 'too slow']);
const PUT_OUT = new Set(['kicked', 'banned']);
const NAMED = 3;

/** A text with its links. What leads to a room of the chat is told as `data-room` and `data-number`. */
export function textNodes(text) {
  return partsOf(text).map((part) => {
    if (part.type === 'link') {
      return el('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow', text: part.text });
    }
    if (part.type === 'room') {
      const data = part.number ? { room: part.key, number: String(part.number) } : { room: part.key };
      return el('a', { href: writeHash(part.key, part.number), data, text: part.text });
    }
    return part.text;
  });
}

/** Open what a link of `textNodes` leads to, in this tab; whether it was one. */
export function roomClicked(event, view) {
  const link = event.target.closest('a[data-room]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
    return false;
  }
  event.preventDefault();
  view.open(link.dataset.room, Number(link.dataset.number) || null);
  return true;
}

/** Tells items in words. */
export class Teller {
  #t;
  #words;

  /** @param {{t: Function, words: object}} app */
  constructor({ t, words }) {
    this.#t = t;
    this.#words = words;
  }

  /**
   * An event as a sentence.
   * @param {import('../model/item.js').Item} item
   * @returns {Node|string|Array}
   */
  told(item) {
    const who = name(item.who);
    switch (item.kind) {
      case 'joined':
        return this.#t.nodes(item.isMine ? 'log.joined.me' : 'log.joined', { who });
      case 'left':
        return this.#why(this.#t.nodes(PUT_OUT.has(item.cause) ? `log.left.${item.cause}` : 'log.left', { who }), item);
      case 'departed':
        return this.#departed(item, who);
      case 'renamed':
        return this.#t.nodes('log.renamed', { who, to: name(item.text) });
      case 'topic':
        return this.#t.nodes(item.text ? 'log.topic' : 'log.topic.none', { who, text: isolated(item.text) });
      case 'moderated':
        return this.#moderated(item, who);
      case 'rules':
        return this.#t.nodes('log.rules', { who, list: this.#rules(item) });
      case 'invited':
        return this.#invited(item, who);
      case 'absent':
        return this.#t.nodes('log.absent', { who });
      default:
        return isolated(item.text);
    }
  }

  /**
   * Many who came and went, in one sentence.
   * @param {import('../model/item.js').Item[]} items
   */
  folded(items) {
    const people = new Map();
    for (const { kind, who } of items) {
      const known = people.get(who) ?? { came: false, went: false };
      people.set(who, kind === 'joined' ? { ...known, came: true, last: 'came' } : { ...known, went: true, last: 'went' });
    }
    const groups = { joined: [], left: [], both: [] };
    for (const [who, { came, went, last }] of people) {
      groups[came && went && last === 'went' ? 'both' : last === 'came' ? 'joined' : 'left'].push(who);
    }
    const told = [];
    for (const [group, names] of Object.entries(groups)) {
      if (names.length > 0) {
        told.push(told.length > 0 && ' · ', this.#t.nodes(`log.fold.${group}`, { names: this.#names(names) }));
      }
    }
    return told;
  }

  /** What is left out, as a sentence. */
  gap({ why, from, to }) {
    const count = Math.max(0, to - from + 1);
    if (why === 'epoch') {
      return this.#t('log.gap.epoch');
    }
    return this.#t(why === 'deleted' || why === 'unread' ? `log.gap.${why}` : 'log.gap', { count });
  }

  /** A day as people call it. */
  day(time, now = Date.now() / 1000) {
    const days = Math.round((midnight(now) - midnight(time)) / 86400000);
    const near = { 0: 'log.today', 1: 'log.yesterday' }[days];
    return near ? this.#t(near) : this.#words.day(time);
  }

  #departed(item, who) {
    if (LOST.has(item.cause)) {
      return this.#t.nodes('log.departed.lost', { who });
    }
    return this.#why(this.#t.nodes(PUT_OUT.has(item.cause) ? 'log.departed.put' : 'log.departed', { who }), item);
  }

  #moderated(item, who) {
    const key = item.room === '#*' && item.deed === 'kick' ? 'log.deed.kick.all' : `log.deed.${item.deed}`;
    const isKnown = this.#t.has(key);
    let deed = this.#t.nodes(isKnown ? key : 'log.deed.other', { who, to: name(item.to), deed: item.deed });
    if (item.until) {
      deed = this.#t.nodes('log.until', { deed, until: this.#words.when(item.until) });
    }
    return this.#why(deed, item);
  }

  /** The reason behind what happened, where there is one. */
  #why(deed, { text }) {
    return text ? this.#t.nodes('log.why', { deed, words: isolated(text) }) : deed;
  }

  #rules({ rules = {}, changed = [] }) {
    const told = changed.map((rule) => {
      const value = rules[rule];
      const key = `log.rule.${rule}.${value ? 'on' : 'off'}`;
      return this.#t.has(key) ? this.#t(key, { value }) : rule;
    });
    return this.#words.list(told);
  }

  #invited(item, who) {
    if (item.room) {
      return this.#t.nodes('log.invited.me', { who, room: textNodes(item.room) });
    }
    return this.#t.nodes('log.invited', { who, to: name(item.to) });
  }

  #names(names) {
    const shown = names.length > NAMED + 1 ? names.slice(0, NAMED) : names;
    const others = names.length - shown.length;
    // A list is cut where its names stand, so that each can be isolated.
    const marks = shown.map((_, index) => `\u0001${index}\u0001`);
    const list = this.#words.list(others ? [...marks, this.#t('log.others', { count: others })] : marks);
    return list.split('\u0001').map((piece, index) => (index % 2 ? name(shown[Number(piece)]) : piece));
  }
}

/** Somebody's name in a sentence. */
export function name(text) {
  return el('bdi', { class: 'log-name', text: text ?? '' });
}

function isolated(text) {
  return el('bdi', {}, textNodes(text ?? ''));
}

function midnight(time) {
  return new Date(time * 1000).setHours(0, 0, 0, 0);
}
