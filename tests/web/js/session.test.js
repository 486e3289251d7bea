import { equal, ok, settled, test } from './kit.js';
import { HELLO, lines, Page, said, seen } from './world.js';

test('a first visit: the door, a name, the lobby', async () => {
  const page = await new Page().start();
  equal(page.state, 'door');
  equal(page.session.refusal, null);
  const entered = page.session.enter({ name: 'bob' });
  equal(page.last('hello'), { type: 'hello', protocol: 1, name: 'bob', client: 'web', id: 1 });
  await page.welcome('bob', { lines: [said(1)], number: 1, names: ['alice', 'bob'] });
  equal((await entered).name, 'bob');
  equal(page.states, ['door', 'entering', 'in']);
  equal(seen(page.lobby), [1, 'joined']);
  equal([...page.lobby.members.keys()], ['alice', 'bob']);
  equal([page.lobby.unread, page.lobby.isJoined], [0, true]);
  equal(page.chat.me, { name: 'bob', account: false, operator: false });
});

test('a name is refused, with another one as a hint', async () => {
  const page = await new Page().start();
  const refused = page.session.enter({ name: 'alice' }).catch((error) => error);
  await page.answer('hello', { type: 'error', code: 'name-taken', text: 'taken', hint: 'alice2' });
  equal((await refused).hint, 'alice2');
  equal([page.state, page.session.refusal.code], ['door', 'name-taken']);
  await page.enter('alice2');
  equal([page.state, page.session.refusal], ['in', null]);
});

test('a name belongs to an account: the password is asked for, and shown once', async () => {
  const page = await new Page().start();
  const refused = page.session.enter({ name: 'ada' }).catch((error) => error);
  await page.answer('hello', { type: 'error', code: 'name-registered', about: 'ada', hint: 'ada2' });
  equal((await refused).code, 'name-registered');
  page.session.enter({ name: 'ada', password: 'correct horse' });
  equal([page.last('hello').password, page.last('hello').rooms], ['correct horse', undefined]);
  await page.welcome('ada', { account: true, live: { read: 0 } });
  equal(page.chat.me.account, true);
  await page.comeBack();
  equal([page.last('hello').password, page.last('hello').token], [undefined, 'token of ada']);
});

test('the password of the house is asked for, and remembered in this tab', async () => {
  const page = await new Page().start({ house: true });
  equal(page.session.server.house, true);
  const refused = page.session.enter({ name: 'bob', house: 'wrong' }).catch((error) => error);
  await page.answer('hello', { type: 'error', code: 'house-password-wrong' });
  equal((await refused).code, 'house-password-wrong');
  const entered = page.session.enter({ name: 'bob', house: 'sesame' });
  await page.welcome('bob');
  await entered;
  await page.comeBack({ house: true });
  equal(page.last('hello').house, 'sesame');
  const again = await page.reload().start({ house: true });
  equal(again.last('hello').house, 'sesame');
});

test('one comes back with the token, and misses nothing, once', async () => {
  const page = await new Page().start();
  await page.enter('bob', { lines: [said(1)], number: 1 });
  await page.hear(said(2));
  await page.lose();
  equal(page.state, 'offline');
  await page.clock.advance(500);
  await page.greet();
  const { token, rooms, name } = page.last('hello');
  equal([name, token, rooms], ['bob', 'token of bob', { '#lobby': ['e1', 2] }]);
  equal(page.state, 'offline');
  await page.welcome('bob', { resumed: true, lines: lines(2, 4), number: 4 });
  equal(seen(page.lobby), [1, 'joined', 2, 3, 4]);
  equal([page.state, page.session.cameIn], ['in', 'resumed']);
  equal(page.arrived.filter(({ isPast }) => isPast).map(({ item }) => item.number), [1, 3, 4]);
});

test('after a reload in mid-conversation each line is there once', async () => {
  const before = await new Page().start();
  await before.enter('bob', { lines: [said(1)], number: 1 });
  await before.hear(...lines(2, 100));
  before.session.markRead(before.lobby);
  await before.clock.advance(500);
  const page = await before.reload().start();
  equal(page.states, ['entering']);
  const { token, rooms } = page.last('hello');
  equal([token, rooms], ['token of bob', { '#lobby': ['e1', 70] }]);
  await page.welcome('bob', { resumed: true, lines: lines(71, 103), number: 103 });
  equal(seen(page.lobby), lines(71, 103).map(({ number }) => number));
  equal([page.lobby.unread, page.lobby.log.hasOlder, page.state], [3, true, 'in']);
});

for (const code of ['token-unknown', 'token-expired']) {
  test(`a token that is no good (${code}): the name will do, and nothing that waits is lost`, async () => {
    const page = await new Page().start();
    await page.enter('bob');
    page.session.say(page.lobby, 'sent, and never answered');
    await page.lose();
    page.session.say(page.lobby, 'not sent yet');
    await page.clock.advance(500);
    await page.greet();
    await page.answer('hello', { type: 'error', code });
    const { name, token, rooms } = page.last('hello');
    equal([name, token, rooms], ['bob', undefined, { '#lobby': ['e1', 0] }]);
    await page.welcome('bob');
    equal([page.session.cameIn, page.troubles.map((line) => line.code)], ['anew', [code]]);
    const own = page.lobby.log.items.filter(({ isMine, kind }) => isMine && kind === 'said');
    equal(own.map(({ state, error, canResend }) => [state, error?.code, canResend]), [['failed', 'forgotten', true], ['pending', null, null]]);
    equal(page.last('say').text, 'not sent yet');
    const old = own[0].key;
    ok(page.session.resend(own[0]));
    equal([page.last('say').text, page.last('say').key === old], ['sent, and never answered', false]);
  });
}

test('an expired token of an account: the door, and what waits still waits', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'ada', password: 'correct horse' });
  await page.welcome('ada', { account: true });
  await page.lose();
  page.session.say(page.lobby, 'still here');
  await page.clock.advance(500);
  await page.greet();
  await page.answer('hello', { type: 'error', code: 'token-expired' });
  equal([page.state, page.session.refusal.code], ['door', 'token-expired']);
  page.session.enter({ name: 'ada', password: 'correct horse' });
  await page.welcome('ada', { account: true });
  equal(page.last('say').text, 'still here');
});

test('one who comes back as somebody new takes the name that is offered', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  await page.comeBack();
  await page.answer('hello', { type: 'error', code: 'token-unknown' });
  await page.answer('hello', { type: 'error', code: 'name-taken', hint: 'bob2' });
  equal([page.last('hello').name, page.state], ['bob2', 'offline']);
  await page.welcome('bob2');
  equal(page.chat.me.name, 'bob2');
});

test('after a reload one asks at the door whether another name will do', async () => {
  const before = await new Page().start();
  await before.enter('bob');
  const page = await before.reload().start();
  await page.answer('hello', { type: 'error', code: 'token-unknown' });
  await page.answer('hello', { type: 'error', code: 'name-taken', hint: 'bob2' });
  equal([page.state, page.session.refusal.hint, page.session.rememberedName], ['door', 'bob2', 'bob']);
});

for (const cause of ['timed out', 'too slow', 'server stopping', 'connection lost']) {
  test(`goodbye, ${cause}: one comes back by oneself`, async () => {
    const page = await new Page().start();
    await page.enter('bob');
    await page.hear({ type: 'goodbye', cause });
    equal([page.state, page.socket.isClosed], ['offline', true]);
    await page.clock.advance(500);
    equal(page.sockets.length, 2);
  });
}

for (const cause of ['resumed', 'kicked', 'banned', 'left']) {
  test(`goodbye, ${cause}: one stays out until one wishes otherwise`, async () => {
    const page = await new Page().start();
    await page.enter('bob');
    await page.hear({ type: 'goodbye', cause, words: 'why' });
    equal([page.state, page.session.goodbye.cause, page.session.goodbye.words], ['out', cause, 'why']);
    await page.clock.advance(120_000);
    equal(page.sockets.length, 1);
    page.session.comeBack();
    equal([page.state, page.sockets.length], ['connecting', 2]);
    await page.greet();
    equal(page.last('hello').token, 'token of bob');
  });
}

test('goodbye, logged out: the token is worthless, and one is asked again', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'ada', password: 'correct horse' });
  await page.welcome('ada', { account: true });
  await page.hear({ type: 'goodbye', cause: 'logged out' });
  equal(page.state, 'out');
  page.session.comeBack();
  await page.greet();
  equal([page.state, page.session.rememberedName], ['door', 'ada']);
});

test('goodbye at the door: who comes in then comes over another connection', async () => {
  const page = await new Page().start();
  await page.hear({ type: 'goodbye', cause: 'no name given' });
  await page.clock.advance(120_000);
  equal([page.state, page.sockets.length], ['door', 1]);
  const entered = page.session.enter({ name: 'bob' });
  equal([page.state, page.sockets.length], ['entering', 2]);
  await page.greet();
  await page.welcome('bob');
  await entered;
});

test('the connection is lost on coming in: the wish is kept', async () => {
  const page = await new Page().start();
  const entered = page.session.enter({ name: 'bob' });
  await page.comeBack();
  equal(page.last('hello').name, 'bob');
  await page.welcome('bob');
  equal((await entered).name, 'bob');
});

test('a full server: it is told, and tried again', async () => {
  const page = new Page();
  const started = page.session.start();
  await page.clock.advance(200);
  await started;
  page.socket.onopen();
  await page.hear({ type: 'error', code: 'full', text: 'full', hint: '100' });
  equal([page.troubles.map(({ code }) => code), page.state], [['full'], 'connecting']);
  await page.clock.advance(4_000);
  equal(page.sockets.length, 1);
  await page.clock.advance(1_000);
  equal(page.sockets.length, 2);
});

test('who is banned on coming back stays out', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  await page.comeBack();
  await page.answer('hello', { type: 'error', code: 'banned', hint: 'spam', text: 'banned' });
  equal([page.state, page.session.goodbye.cause], ['out', 'banned']);
});

test('an account: register, a new token, log in, log out', async () => {
  const page = await new Page().start();
  await page.enter('ada');
  const registered = page.session.register('correct horse');
  await page.answer('register', { type: 'account', time: 1, who: 'ada', name: 'ada', role: 'person', deed: 'register' });
  await page.hear({ type: 'token', token: 'another', expires: 9 });
  equal((await registered).deed, 'register');
  equal(page.chat.me, { name: 'ada', account: true, operator: false });
  await page.comeBack();
  equal(page.last('hello').token, 'another');
  await page.welcome('ada', { resumed: true, account: true });
  const out = page.session.logout();
  await page.answer('logout', { type: 'logged-out' });
  await out;
  equal([page.state, page.chat.conversations.size], ['door', 0]);
  await page.enter('guest');
  equal([page.last('hello').token, page.last('hello').rooms], [undefined, undefined]);
});

test('to log in to the account of the name that one bears is not to come once more', async () => {
  const page = await new Page().start();
  await page.enter('ada', { names: ['ada'] });
  page.session.login('ada', 'correct horse');
  await page.hear(
    { type: 'welcome', name: 'ada', resumed: false, token: 'of ada', account: true, id: page.last('login').id },
    { type: 'live', room: '#lobby', epoch: 'e1', number: 0 },
    { type: 'joined', room: '#lobby', time: 1, who: 'ada' },
    { type: 'members', room: '#lobby', topic: '', names: ['ada'], away: [], count: 1 },
  );
  equal(seen(page.lobby), ['joined']);
});

test('to log in later brings the rooms anew, and doubles nothing', async () => {
  const page = await new Page().start();
  await page.enter('guest', { lines: lines(1, 3), number: 3, names: ['guest'] });
  const done = page.session.login('ada', 'correct horse');
  const { id } = page.last('login');
  await page.hear(
    { type: 'welcome', name: 'ada', resumed: false, token: 'of ada', account: true, operator: true, id },
    ...lines(1, 3).map((line) => ({ ...line, past: true })),
    { type: 'live', room: '#lobby', epoch: 'e1', number: 3, read: 2 },
    { type: 'members', room: '#lobby', topic: '', names: ['ada'], away: [], count: 1 },
    { type: 'live', room: '#lab', epoch: 'e7', number: 0 },
  );
  equal((await done).name, 'ada');
  equal(seen(page.lobby), [1, 2, 3, 'joined']);
  equal([[...page.chat.conversations.keys()], page.chat.me.operator], [['#lobby', '#lab'], true]);
  equal([...page.lobby.members.keys()], ['ada']);
});

test('rooms: joining, its spelling, what refuses it, leaving', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  const joined = page.session.join('LAB');
  equal(page.last('join').room, '#lab');
  const { id } = page.last('join');
  await page.hear(
    { ...said(5, 'x', { epoch: 'e2' }), room: '#lab', past: true, re: id },
    { type: 'live', room: '#lab', epoch: 'e2', number: 5 },
    { type: 'joined', room: '#lab', time: 1, who: 'bob', id },
    { type: 'members', room: '#lab', topic: 'science', names: ['bob'], away: [], count: 1 },
  );
  const lab = await joined;
  equal([lab.key, seen(lab), lab.topic, lab.log.hasOlder, lab.unread], ['#lab', [5, 'joined'], 'science', true, 0]);
  const refused = page.session.join('#closed').catch((error) => error);
  await page.answer('join', { type: 'error', code: 'invite-only', about: '#closed' });
  equal([(await refused).code, page.chat.conversations.has('#closed')], ['invite-only', false]);
  const left = page.session.leave('#lab');
  await page.answer('leave', { type: 'left', room: '#lab', time: 1, who: 'bob', words: '' });
  await left;
  equal([...page.chat.conversations.keys()], ['#lobby']);
  await page.comeBack();
  equal(Object.keys(page.last('hello').rooms), ['#lobby']);
});

test('a room that one cannot go back into is told of, and not asked for again', async () => {
  const before = await new Page().start();
  await before.enter('bob');
  await before.hear({ type: 'live', room: '#lab', epoch: 'e2', number: 5 });
  const page = await before.reload().start();
  page.session.say(page.chat.room('#lab'), 'into the lab');
  await page.welcome('bob', { resumed: true });
  equal(page.last('say'), undefined);
  await page.hear({ type: 'error', code: 'banned', about: '#lab', text: 'banned' });
  equal([page.troubles.map(({ code }) => code), page.chat.room('#lab').isJoined], [['banned'], false]);
  await page.answer('say', { type: 'error', code: 'not-in-room', about: '#lab' });
  equal(page.chat.room('#lab').log.items.at(-1).state, 'failed');
  await page.comeBack();
  equal(Object.keys(page.last('hello').rooms), ['#lobby']);
});

test('rooms that cannot be joined so fast are joined later', async () => {
  const before = await new Page().start();
  await before.enter('bob');
  await before.hear({ type: 'live', room: '#lab', epoch: 'e2', number: 5 });
  const page = await before.reload().start();
  await page.answer('hello', { type: 'error', code: 'token-expired' });
  await page.welcome('bob');
  await page.hear({ type: 'error', code: 'joins-too-fast', about: '20', hint: '30' });
  await page.clock.advance(29_000);
  equal(page.last('join'), undefined);
  await page.clock.advance(1_000);
  equal(page.last('join').room, '#lab');
});

test('requests fail when the connection is lost, and where there is none', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  const lost = page.session.listRooms('').catch((error) => error);
  await page.lose();
  equal((await lost).code, 'lost');
  equal((await page.session.describe('alice').catch((error) => error)).code, 'lost');
});

test('whom one ignores, and that one is away, is said again on coming back', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  const ignored = page.session.ignore('Mallory');
  await page.answer('ignore', { type: 'ok' });
  await ignored;
  page.session.setAway('tea');
  await page.answer('away', { type: 'ok' });
  await page.comeBack();
  await page.welcome('bob', { resumed: true, lines: [said(1, 'buy', { who: 'mallory' }), said(2)], number: 2 });
  equal([page.last('ignore').name, page.last('away').words], ['mallory', 'tea']);
  equal(seen(page.lobby), ['joined', 2]);
});

test('what was read is told by accounts, not too often, and by others of one', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'ada', password: 'correct horse' });
  await page.welcome('ada', { account: true, lines: lines(1, 5), number: 5, live: { read: 3 } });
  equal([page.lobby.readNumber, page.lobby.unread], [3, 2]);
  page.session.markRead(page.lobby, 4);
  equal([page.last('read').number, page.lobby.unread], [4, 1]);
  await page.hear(...lines(6, 8));
  page.session.markRead(page.lobby, 6);
  page.session.markRead(page.lobby, 7);
  equal([page.last('read').number, page.lobby.unread], [4, 1]);
  await page.clock.advance(2_000);
  equal([page.last('read').number, page.sent.filter(({ type }) => type === 'read').length], [7, 2]);
  await page.hear({ type: 'read', room: '#lobby', number: 8 });
  equal([page.lobby.unread, page.lobby.readNumber], [0, 8]);
  page.session.markRead(page.lobby, 2);
  equal(page.lobby.readNumber, 8);
});

test('to leave for good: nothing is remembered but the name', async () => {
  const page = await new Page().start();
  await page.enter('bob');
  page.session.exit();
  equal([page.last('quit').type, page.state, page.session.goodbye.cause], ['quit', 'out', 'left']);
  const again = await page.reload().start();
  equal([again.state, again.session.rememberedName], ['door', 'bob']);
});

test('nothing is said under a key before one is in', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'bob' });
  page.session.say(page.chat.room('#lobby'), 'early');
  equal(page.last('say'), undefined);
  await page.welcome('bob');
  await settled();
  equal(page.last('say').text, 'early');
  ok(HELLO.limits.page > 0);
});
