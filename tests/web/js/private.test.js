import { equal, test } from './kit.js';
import { Page, seen, TIME } from './world.js';

const inLobby = async () => (await new Page().start()).enter('bob');

/** Something that was said between alice and bob. */
const words = (number, { who = 'alice', epoch = 'p1', ...more } = {}) => ({
  type: 'whispered', epoch, number, time: TIME + number, who, to: who === 'bob' ? 'alice' : 'bob', text: `words ${number}`, ...more,
});
const page_ = (from, to, more) => Array.from({ length: to - from + 1 }, (_, at) => words(from + at, { past: true, ...more }));
const OK = { type: 'ok', with: 'alice', epoch: 'p1', number: 9, count: 1, more: false };

test('a private conversation begins with the first line', async () => {
  const page = await inLobby();
  await page.hear(words(1));
  const between = page.chat.conversations.get('@alice');
  equal([between.kind, between.name, between.unread, between.lastTime, seen(between)], ['private', 'alice', 1, TIME + 1, [1]]);
  const item = page.session.say(between, 'yes?');
  equal(page.last('say').to, 'alice');
  await page.answer('say', words(2, { who: 'bob', key: item.key }));
  equal([seen(between), item.number, item.isPrivate], [[1, 2], 2, true]);
  page.session.markRead(between);
  equal([between.unread, page.last('read')], [0, undefined]);
});

test('to open one reads what was said before', async () => {
  const page = await inLobby();
  const opened = page.session.openPrivate('alice');
  equal([page.last('history').to, page.last('history').before], ['alice', undefined]);
  await page.answer('history', ...page_(1, 3), OK);
  const between = await opened;
  equal([seen(between), between.unread, between.log.hasOlder], [[1, 2, 3], 0, false]);
});

test('older lines of one', async () => {
  const page = await inLobby();
  await page.hear(words(5));
  const between = page.chat.private('alice');
  equal(between.log.hasOlder, true);
  const loaded = page.session.loadOlder(between);
  equal([page.last('history').to, page.last('history').before], ['alice', 5]);
  await page.answer('history', ...page_(1, 4), OK);
  await loaded;
  equal([seen(between), between.unread, between.log.hasOlder], [[1, 2, 3, 4, 5], 1, false]);
});

test('what was said while one was away, with an account, is unread', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'bob', password: 'correct horse' });
  await page.welcome('bob', { account: true });
  await page.hear(words(7, { past: true }), words(8, { past: true }), words(8, { past: true }));
  const between = page.chat.private('alice');
  equal([seen(between), between.unread], [[7, 8], 2]);
  page.session.markRead(between);
  equal([page.last('read').with, page.last('read').number], ['alice', 8]);
  await page.hear({ type: 'read', with: 'alice', number: 8 });
});

test('with whom one has spoken before, if the server knows', async () => {
  const page = await inLobby();
  await page.answer('conversations', { type: 'conversations', with: [
    { name: 'carol', epoch: 'p2', number: 3, time: TIME }, { name: 'alice', epoch: 'p1', number: 9, time: TIME + 9 },
  ] });
  equal([...page.chat.conversations.keys()], ['#lobby', '@carol', '@alice']);
  const between = page.chat.private('alice');
  equal([between.lastTime, between.log.hasOlder, between.unread], [TIME + 9, true, 0]);
  const other = await inLobby();
  await other.hear(words(1));
  await other.answer('conversations', { type: 'error', code: 'unknown-type' });
  await other.comeBack();
  await other.welcome('bob', { resumed: true });
  await other.answer('conversations', { type: 'error', code: 'unknown-type' });
  equal([other.troubles, other.last('history').after], [[], 1]);
});

test('what was said over a lost connection is read behind it', async () => {
  const page = await inLobby();
  await page.hear(words(1));
  await page.comeBack();
  await page.welcome('bob', { resumed: true });
  await page.answer('conversations', { type: 'conversations', with: [] });
  equal([page.last('history').to, page.last('history').after], ['alice', 1]);
  await page.answer('history', ...page_(2, 3), { ...OK, number: 3 });
  const between = page.chat.private('alice');
  equal([seen(between), between.unread], [[1, 2, 3], 3]);
});

test('numbers that jump are a gap, which is loaded by itself', async () => {
  const page = await inLobby();
  await page.hear(words(1), words(4));
  const between = page.chat.private('alice');
  equal(seen(between), [1, 'unloaded 2-3', 4]);
  equal([page.last('history').to, page.last('history').before], ['alice', 4]);
  await page.answer('history', ...page_(1, 3), OK);
  equal(seen(between), [1, 2, 3, 4]);
  await page.hear({ type: 'tagged', to: 'bob', epoch: 'p1', number: 5, time: 1, who: 'alice', tags: '+x' }, words(6));
  equal(seen(between), [1, 2, 3, 4, 6]);
});

test('after a reload a conversation is there, with what is unread in it', async () => {
  const before = await inLobby();
  await before.hear(words(1), words(2));
  before.session.markRead(before.chat.private('alice'), 1);
  const page = await before.reload().start();
  equal([...page.chat.conversations.keys()], ['#lobby', '@alice']);
  await page.welcome('bob', { resumed: true });
  await page.answer('conversations', { type: 'conversations', with: [{ name: 'alice', epoch: 'p1', number: 3, time: TIME }] });
  await page.answer('history', ...page_(1, 3), { ...OK, number: 3 });
  const between = page.chat.private('alice');
  equal([seen(between), between.unread], [[1, 2, 3], 2]);
  page.session.close(between);
  const again = await page.reload().start();
  equal([...again.chat.conversations.keys()], ['#lobby']);
});

test('somebody is not here, and will find it', async () => {
  const page = await inLobby();
  const between = page.chat.private('alice');
  page.session.say(between, 'psst');
  await page.hear(words(1, { who: 'bob', key: page.last('say').key }), { type: 'absent', who: 'alice' });
  equal(seen(between), [1, 'absent']);
  await page.hear({ type: 'away', who: 'alice', words: 'tea' });
  equal(between.away, 'tea');
});

test('a search between two looks at what is here', async () => {
  const page = await inLobby();
  await page.hear(words(1), words(2));
  const found = await page.session.search(page.chat.private('alice'), { words: 'WORDS 2' });
  equal(found.map(({ number }) => number), [2]);
  equal((await page.session.search(page.chat.private('alice'), { who: 'Alice' })).length, 2);
});

test('the first words of somebody that came over a lost connection are unread', async () => {
  const page = await inLobby();
  await page.answer('conversations', { type: 'conversations', with: [] });
  await page.comeBack();
  await page.welcome('bob', { resumed: true });
  await page.answer('conversations', { type: 'conversations', with: [{ name: 'alice', epoch: 'p1', number: 2, time: TIME }] });
  await page.answer('history', ...page_(1, 2), { ...OK, number: 2 });
  const between = page.chat.private('alice');
  equal([seen(between), between.unread], [[1, 2], 2]);
});

test('what one has closed stays closed until something new is said', async () => {
  const before = await inLobby();
  await before.hear(words(1), words(2));
  before.session.close(before.chat.private('alice'));
  const known = (number) => ({ type: 'conversations', with: [{ name: 'alice', epoch: 'p1', number, time: TIME }] });
  const page = await before.reload().start();
  await page.welcome('bob', { resumed: true });
  await page.answer('conversations', known(2));
  equal([...page.chat.conversations.keys()], ['#lobby']);
  await page.comeBack();
  await page.welcome('bob', { resumed: true });
  await page.answer('conversations', known(3));
  await page.answer('history', ...page_(1, 3), { ...OK, number: 3 });
  const between = page.chat.conversations.get('@alice');
  equal([seen(between), between.unread], [[1, 2, 3], 1]);
});

test('who logs out is nobody, whatever is still answered', async () => {
  const page = await new Page().start();
  page.session.enter({ name: 'bob', password: 'correct horse' });
  await page.welcome('bob', { account: true });
  const out = page.session.logout();
  await page.hear(
    { type: 'conversations', with: [{ name: 'alice', epoch: 'p1', number: 1, time: TIME }], id: page.last('conversations').id },
    { type: 'logged-out', id: page.last('logout').id },
  );
  await out;
  equal([page.chat.conversations.size, page.state], [0, 'door']);
});

test('a link to somebody who is nobody opens nothing', async () => {
  const page = await inLobby();
  const opened = page.session.openPrivate('nobody').catch((error) => error.code);
  await page.answer('history', { type: 'error', code: 'no-such-person', text: 'Nobody here is called nobody.' });
  equal(await opened, 'no-such-person');
  equal([[...page.chat.conversations.keys()], page.identity.saved.privates], [['#lobby'], {}]);
});

test('what is open stays open when its person is gone', async () => {
  const page = await inLobby();
  page.session.say(page.chat.private('alice'), 'are you there?');
  const opened = page.session.openPrivate('alice');
  await page.answer('history', { type: 'error', code: 'no-such-person', text: 'Nobody here is called alice.' });
  equal((await opened).key, '@alice');
});
