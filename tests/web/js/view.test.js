// Which conversation an address means.

import { equal, ok, settled, test } from './kit.js';
import { readHash, View, writeHash } from '../../../twistchat/frontends/web/static/view.js';
import { Signal, State } from '../../../twistchat/frontends/web/static/signal.js';
import { Settings } from '../../../twistchat/frontends/web/static/settings.js';

test('view: addresses of conversations and lines', () => {
  for (const [key, number, hash] of [
    ['#lobby', null, '#lobby'],
    ['#lobby', 12, '#lobby/12'],
    ['@bob', null, '#@bob'],
    ['#a/b', 3, '#a%2Fb/3'],
    ['##x', null, '#%23x'],
    ['#三年二班', 7, `#${encodeURIComponent('三年二班')}/7`],
    ['@小明', null, `#@${encodeURIComponent('小明')}`],
  ]) {
    equal(writeHash(key, number), hash);
    equal(readHash(hash), { key, number });
  }
});

test('view: an address that means nothing', () => {
  for (const hash of ['', '#', '#@', '#%', '#lobby/x', '#lobby/1/2', '#lobby/99999999999999999999']) {
    equal(readHash(hash), null, hash);
  }
  equal(readHash('#三年二班'), { key: '#三年二班', number: null });
});

/** A window, a session and what shows them, as far as the view knows of them. */
function make({ hash = '', width = 1200, rooms = ['#lobby', '#tea'], last = null } = {}) {
  const listeners = {};
  const listening = {
    addEventListener: (name, listen) => {
      (listeners[name] ??= []).push(listen);
    },
  };
  const pushed = [];
  const location = { hash };
  const move = (how) => (state, title, to) => {
    pushed.push(`${how} ${to}`);
    location.hash = to;
  };
  const button = { isConnected: true, focused: 0, focus: () => (button.focused += 1) };
  const window = {
    ...listening,
    location,
    history: { pushState: move('push'), replaceState: move('replace') },
    matchMedia: () => ({ matches: width < 1000 }),
    document: {
      ...listening,
      activeElement: button,
      visibilityState: 'visible',
      hasFocus: () => true,
      querySelector: () => null,
    },
  };
  const conversations = new Map(rooms.map((key) => [key, { key, name: key, isJoined: true }]));
  const waiting = [];
  const session = {
    chat: { conversations, changed: new Signal() },
    state: new State('in'),
    join: (room) =>
      new Promise((resolve, reject) => {
        waiting.push({
          room,
          done() {
            conversations.set(room, { key: room, name: room, isJoined: true });
            resolve(conversations.get(room));
          },
          refused: reject,
        });
      }),
    openPrivate: async (name) => ({ key: `@${name}`, name }),
  };
  const settings = new Settings({ storage: null });
  settings.set('last', last);
  const element = { ...listening, dataset: {} };
  const view = new View({ element, session, settings, window });
  const opened = [];
  const refused = [];
  view.opened.listen(({ key, number }) => opened.push(number ? `${key}/${number}` : key));
  view.refused.listen(({ key, error }) => refused.push(`${key} ${error.code}`));
  const press = (key) => listeners.keydown.forEach((listen) => listen({ key }));
  return { session, view, opened, refused, pushed, waiting, element, button, press, location, listeners, settings };
}

test('view: the address is followed, and kept', async () => {
  const { view, opened, pushed, location, listeners, settings } = make({ hash: '#tea/3' });
  await view.follow();
  equal([view.key, opened, pushed], ['#tea', ['#tea/3'], []]);
  await view.open('#lobby');
  equal([location.hash, pushed, settings.get('last')], ['#lobby', ['push #lobby'], '#lobby']);
  location.hash = '#@bob';
  listeners.hashchange.forEach((listen) => listen());
  await settled();
  equal(opened, ['#tea/3', '#lobby', '@bob']);
});

test('view: without an address it is what was open last, or the first', async () => {
  const first = make();
  await first.view.follow();
  equal([first.opened, first.pushed], [['#lobby'], ['replace #lobby']]);
  const last = make({ last: '#tea' });
  await last.view.follow();
  equal(last.opened, ['#tea']);
  const gone = make({ last: '#gone' });
  await gone.view.follow();
  equal(gone.opened, ['#lobby']);
});

test('view: what was shown is forgotten when one leaves, not when one is lost', async () => {
  const { session, view, opened, location, settings } = make({ hash: '#tea/3' });
  await view.follow();
  const leave = (cause) => {
    session.goodbye = { type: 'goodbye', cause };
    session.state.tell('out');
  };
  for (const cause of ['resumed', 'kicked']) {
    leave(cause);
    equal([view.key, location.hash, settings.get('last')], ['#tea', '#tea/3', '#tea'], cause);
  }
  leave('left');
  equal([view.key, location.hash, settings.get('last')], [null, '#', null]);
  session.state.tell('in');
  view.resume();
  await settled();
  equal(opened, ['#tea/3', '#lobby']);
  leave('logged out');
  equal([view.key, settings.get('last')], [null, null]);
});

test('view: a room that one is not in is joined first', async () => {
  const { view, opened, waiting } = make();
  const done = view.open('#lab', 5);
  equal([opened, waiting[0].room], [[], '#lab']);
  waiting[0].done();
  equal([await done, opened], [true, ['#lab/5']]);
});

test('view: who has clicked on meanwhile is not taken back', async () => {
  const { view, opened, waiting } = make();
  const done = view.open('#lab');
  await view.open('#tea');
  waiting[0].done();
  await done;
  equal([opened, view.key], [['#tea'], '#tea']);
});

test('view: a room that is refused is told, and another shown', async () => {
  const { view, opened, refused, waiting } = make({ hash: '#secret' });
  const done = view.follow();
  waiting[0].refused({ code: 'key-needed' });
  await done;
  equal([opened, refused], [['#lobby'], ['#secret key-needed']]);
});

test('view: drawers close with Escape, and give the focus back', () => {
  const { view, element, button, press } = make({ width: 400 });
  const told = [];
  view.drawn.listen((name) => told.push(name));
  view.toggle('sidebar');
  view.toggle('members');
  equal(element.dataset.drawer, 'members');
  press('x');
  press('Escape');
  press('Escape');
  equal([told, button.focused], [['sidebar', 'members', null], 1]);
  ok(!('drawer' in element.dataset));
});

test('view: where there is room, the members are a column', () => {
  const { view, element } = make();
  equal([view.isOpen('members'), element.dataset.members], [true, 'on']);
  view.toggle('members');
  equal([view.isOpen('members'), element.dataset.members, view.openDrawer], [false, 'off', null]);
  view.toggle('found');
  equal([view.isOpen('found'), view.openDrawer], [true, 'found']);
});

test('view: who comes back sees what was there, without being moved', async () => {
  const { view, opened, session } = make({ hash: '#tea/3' });
  view.resume();
  await settled();
  view.resume();
  await settled();
  equal(opened, ['#tea/3']);
  session.chat.conversations.set('#tea', { key: '#tea', name: '#tea', isJoined: true });
  view.resume();
  await settled();
  equal(opened, ['#tea/3', '#tea/3']);
});

test('view: a room that is left is shown no more', async () => {
  const { view, opened, session } = make({ hash: '#tea' });
  await view.follow();
  session.chat.conversations.delete('#tea');
  session.chat.changed.tell({ conversation: null });
  equal([opened, view.key], [['#tea', '#lobby'], '#lobby']);
});

test('view: a private conversation follows its person to another name', async () => {
  const { view, session, pushed } = make({ hash: '#@bob' });
  session.chat.conversations.set('@bob', { key: '@bob', name: 'bob' });
  await view.follow();
  const renamed = { key: '@rob', name: 'rob' };
  session.chat.conversations.delete('@bob');
  session.chat.conversations.set('@rob', renamed);
  session.chat.changed.tell({ conversation: renamed, oldKey: '@bob' });
  equal([view.key, pushed], ['@rob', ['replace #@rob']]);
});

test('view: the first room is shown as soon as there is one', async () => {
  const { view, opened, session } = make({ rooms: [] });
  view.resume();
  await settled();
  equal([opened, view.key], [[], null]);
  session.chat.conversations.set('#lobby', { key: '#lobby', name: '#lobby', isJoined: true });
  session.chat.changed.tell({ conversation: null });
  equal(opened, ['#lobby']);
});

test('view: while a room is being joined, no other is shown', async () => {
  const { view, opened, session, waiting } = make({ hash: '#lab', rooms: [] });
  view.resume();
  session.chat.conversations.set('#lobby', { key: '#lobby', name: '#lobby', isJoined: true });
  session.chat.changed.tell({ conversation: null });
  waiting[0].done();
  await settled();
  equal(opened, ['#lab']);
});

test('view: who has left leaves nothing of where they were', async () => {
  const { view, session, settings, location, listeners, opened } = make({ hash: '#tea' });
  await view.follow();
  session.chat.conversations.clear();
  session.chat.changed.tell({ conversation: null });
  session.state.tell('door');
  equal([view.key, settings.get('last'), location.hash], [null, null, '#']);
  location.hash = '#@bob';
  listeners.hashchange.forEach((listen) => listen());
  await settled();
  equal(opened, ['#tea']);
  session.state.tell('in');
  view.resume();
  await settled();
  equal(opened, ['#tea', '@bob']);
});
