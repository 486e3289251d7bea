// Who is in which room, a part of chat.js.

import { keyOf } from './conversation.js';
import { fold } from './names.js';

/** Takes in who comes and goes. */
export class People {
  #chat;

  /** @param {import('./chat.js').Chat} chat */
  constructor(chat) {
    this.#chat = chat;
  }

  /** The rooms in which somebody is known to be. @param {string} name */
  roomsOf(name) {
    const folded = fold(name);
    return [...this.#chat.conversations.values()].filter(({ members }) => members.has(folded));
  }

  members({ room, topic, names, away, count }) {
    const conversation = this.#chat.conversations.get(room);
    if (!conversation) {
      return; // one has only asked who is there
    }
    const absent = new Set(away.map(fold));
    const before = conversation.members;
    conversation.topic = topic;
    conversation.count = count;
    conversation.members = new Map(
      names.map((name) => {
        const folded = fold(name);
        return [folded, { name, away: absent.has(folded) ? (before.get(folded)?.away ?? '') : null }];
      }),
    );
    this.#chat.changed.tell({ conversation });
  }

  joined(line) {
    const conversation = this.#chat.room(line.room);
    const isMe = this.#chat.isMe(line.who);
    const isAgain = isMe && conversation.members.has(fold(line.who)); // a guest has logged in to the account of that name
    if (isMe) {
      conversation.isJoined = true;
    }
    if (!conversation.members.has(fold(line.who))) {
      conversation.members.set(fold(line.who), { name: line.who, away: null });
      conversation.count += 1;
    }
    if (!isAgain) {
      this.#chat.tell(conversation, line);
    }
    this.#chat.changed.tell({ conversation });
  }

  left(line) {
    const conversation = this.#chat.conversations.get(line.room);
    if (!conversation) {
      return;
    }
    const isMe = this.#chat.isMe(line.who);
    this.#remove(conversation, line.who);
    if (isMe) {
      conversation.isJoined = false;
      conversation.members = new Map();
      conversation.count = 0;
    }
    if (isMe && !line.cause) {
      this.#chat.drop(conversation);
      return;
    }
    this.#chat.tell(conversation, line);
    this.#chat.changed.tell({ conversation });
  }

  departed(line) {
    const rooms = this.roomsOf(line.who);
    const between = this.#chat.conversations.get(keyOf('private', line.who));
    for (const conversation of between ? [...rooms, between] : rooms) {
      this.#remove(conversation, line.who);
      this.#chat.tell(conversation, line);
      this.#chat.changed.tell({ conversation });
    }
  }

  renamed(line) {
    const rooms = this.roomsOf(line.old);
    const isMe = this.#chat.isMe(line.old);
    if (isMe) {
      this.#chat.iAm({ name: line.new });
    }
    for (const conversation of rooms) {
      conversation.members = new Map(
        [...conversation.members].map(([folded, member]) =>
          folded === fold(line.old) ? [fold(line.new), { ...member, name: line.new }] : [folded, member],
        ),
      );
    }
    if (!isMe) {
      this.#follow(line.old, line.new);
    }
    const between = this.#chat.conversations.get(keyOf('private', line.new));
    for (const conversation of between && !isMe ? [...rooms, between] : rooms) {
      this.#chat.tell(conversation, line);
      this.#chat.changed.tell({ conversation });
    }
  }

  away({ who, words }) {
    const between = this.#chat.conversations.get(keyOf('private', who));
    if (between) {
      between.away = words;
      this.#chat.changed.tell({ conversation: between });
    }
    for (const conversation of this.roomsOf(who)) {
      conversation.members.get(fold(who)).away = words;
      this.#chat.changed.tell({ conversation });
    }
  }

  /** A private conversation follows its person, unless there is one with somebody of that name. */
  #follow(old, name) {
    const { conversations, changed } = this.#chat;
    const [oldKey, key] = [keyOf('private', old), keyOf('private', name)];
    const conversation = conversations.get(oldKey);
    if (!conversation || (key !== oldKey && conversations.has(key))) {
      return;
    }
    Object.assign(conversation, { name, key });
    const entries = [...conversations];
    conversations.clear();
    entries.forEach(([was, one]) => conversations.set(was === oldKey ? key : was, one));
    changed.tell({ conversation, oldKey });
  }

  #remove(conversation, name) {
    const wasThere = conversation.members.delete(fold(name));
    if (wasThere || conversation.count > conversation.members.size) {
      conversation.count = Math.max(0, conversation.count - 1);
    }
  }
}
