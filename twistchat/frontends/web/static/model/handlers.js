// What is done with a line of the server's, by its type: a part of chat.js.

import { keyOf } from './conversation.js';

const isNumbered = (line) => line.number !== undefined && line.epoch !== undefined;

/** A line with a number, or the same as an answer to a question, which has none. */
function inRoom(chat, line) {
  if (isNumbered(line)) {
    chat.takeNumbered(chat.room(line.room), line);
  }
}

function inPrivate(chat, line) {
  const other = chat.isMe(line.who) ? line.to : line.who;
  if (other !== undefined) {
    const conversation = chat.private(other);
    if (!line.past) {
      conversation.name = other; // it may have been typed otherwise
    }
    chat.takeNumbered(conversation, line);
  }
}

/** Each takes the chat, the line, and the people of the chat. */
export const HANDLERS = {
  said: inRoom,
  erased: inRoom,
  whispered: inPrivate,
  rules: inRoom,
  gap: (chat, line) => chat.takeGap(chat.room(line.room), line),
  live: (chat, line) => chat.takeLive(line),
  tagged: (chat, line) => (line.room ? inRoom(chat, line) : inPrivate(chat, line)),
  topic(chat, line) {
    inRoom(chat, line);
    const conversation = chat.conversations.get(line.room);
    if (conversation && !line.past) {
      conversation.topic = line.topic;
      chat.changed.tell({ conversation });
    }
  },
  moderated(chat, line, people) {
    if (isNumbered(line)) {
      inRoom(chat, line);
    } else {
      people.roomsOf(line.to).forEach((conversation) => chat.tell(conversation, line));
    }
  },
  deleted(chat, line) {
    inRoom(chat, line);
    const conversation = chat.room(line.room);
    const item = conversation.log.find(line.line);
    if (item && item.kind !== 'erased') {
      Object.assign(item, { kind: 'erased', by: line.who, text: '', isMention: false, isDeleted: true });
      conversation.log.touch(item);
      chat.recount(conversation);
    }
  },
  read(chat, line) {
    const key = line.room ?? keyOf('private', line.with ?? '');
    chat.takeRead(chat.conversations.get(key), line.number);
  },
  announced(chat, line) {
    for (const conversation of chat.conversations.values()) {
      if (conversation.kind === 'room' && conversation.isJoined) {
        chat.tell(conversation, line);
      }
    }
  },
  note(chat, line) {
    const rooms = [...chat.conversations.values()];
    const where = chat.conversations.get(chat.noteKey) ?? rooms.find((room) => room.isJoined);
    if (where) {
      chat.tell(where, line);
    }
  },
  invited(chat, line) {
    if (chat.isMe(line.to)) {
      chat.tell(chat.private(line.who), line);
    } else if (chat.conversations.has(line.room)) {
      chat.tell(chat.room(line.room), line);
    }
  },
  absent(chat, line) {
    chat.tell(chat.private(line.who), line);
  },
  account(chat, line) {
    if (line.deed !== undefined && chat.isMe(line.name)) {
      const account = line.deed !== 'delete';
      chat.iAm({ account, operator: account && line.role === 'operator' });
    }
  },
  joined: (chat, line, people) => people.joined(line),
  left: (chat, line, people) => people.left(line),
  departed: (chat, line, people) => people.departed(line),
  renamed: (chat, line, people) => people.renamed(line),
  away: (chat, line, people) => people.away(line),
  members: (chat, line, people) => people.members(line),
};
