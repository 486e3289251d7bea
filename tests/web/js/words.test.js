// What the page says: places, plurals, errors, times; and the same in both languages.

import { equal, ok, test } from './kit.js';
import { fetchWords, suiting, Words } from '../../../twistchat/frontends/web/static/words.js';
import { enWords } from '../../../twistchat/frontends/web/static/words/en.js';

const TABLE = {
  en: { 'part.lines': { one: '{count} line of {who}', other: '{count} lines of {who}' }, 'part.who': 'It is {who}.' },
  zh: { 'part.lines': '{who} 的 {count} 行', 'part.who': '是 {who}。' },
};

function words(language = 'en', wished = []) {
  const made = new Words({ language, wished });
  made.learn(enWords);
  made.add(TABLE);
  return made;
}

test('words: the first wished language that there is', () => {
  equal(suiting(['fr-FR', 'zh-TW', 'en']), 'zh');
  equal(suiting(['en-GB']), 'en');
  equal(suiting(['de']), 'en');
  equal(suiting([]), 'en');
  equal(suiting(['constructor', 'zh']), 'zh');
  equal(words('constructor').tag, 'en');
  equal(words('auto', ['zh']).tag, 'zh-CN');
  equal(words('en', ['zh']).tag, 'en');
});

test('words: places and plurals', () => {
  const { t } = words();
  equal(t('part.who', { who: 'ada' }), 'It is ada.');
  equal(t('part.lines', { who: 'ada', count: 1 }), '1 line of ada');
  equal(t('part.lines', { who: 'ada', count: 2500 }), '2,500 lines of ada');
  equal(words('zh').t('part.lines', { who: 'ada', count: 1 }), 'ada 的 1 行');
  equal(t('part.none'), 'part.none');
  equal(t('part.who'), 'It is .');
});

test('words: what somebody is called is no place', () => {
  equal(words().t('part.who', { who: '{who} $& {count}' }), 'It is {who} $& {count}.');
});

test('words: nodes are put where they belong', () => {
  const node = { is: 'a node' };
  equal(words().t.nodes('part.who', { who: node }), ['It is ', node, '.']);
});

test('words: errors by their code, with what the server says of them', () => {
  const { t } = words();
  equal(t.error({ code: 'no-such-person', about: 'bob', text: 'as the server says it' }), 'Nobody here is called bob.');
  equal(t.error({ code: 'slow-mode', about: '#lab', hint: 1 }), '#lab is in slow mode. Wait for 1 second.');
  equal(t.error({ code: 'topic-long', hint: '400' }), 'A topic has at most 400 characters.');
  equal(t.error({ code: 'slow-mode', about: '#lab', hint: '4.2' }), '#lab is in slow mode. Wait for 5 seconds.');
  equal(t.error({ code: 'of-tomorrow', text: 'as the server says it' }), 'as the server says it');
  ok(t.error(new TypeError('x')).startsWith('That did not work'));
  ok(t.error(undefined).startsWith('That did not work'));
});

test('words: of today only the time is said', () => {
  const said = new Words({ language: 'en', wished: ['en-GB'] });
  const now = Math.floor(Date.now() / 1000);
  equal(said.when(now), said.time(now));
  ok(said.when(now - 2 * 86400).endsWith(said.time(now - 2 * 86400)) && said.when(now - 2 * 86400) !== said.time(now - 2 * 86400));
});

test('words: until when one is muted is said where it is known', () => {
  const { t } = words();
  ok(t.error({ code: 'muted', about: '#lab', until: 1767226200, hint: 'spam' }).includes('2026'));
  equal(t.error({ code: 'muted', about: '#lab', hint: 'spam' }), 'You are muted and cannot speak. spam');
  equal(t.error({ code: 'muted', about: '#lab' }), 'You are muted and cannot speak.');
});

test('words: how long', () => {
  equal(words().duration(600), '10 minutes');
  equal(words().duration(3600), '1 hour');
  equal(words().duration(5400), '1.5 hours');
  equal(words().duration(0), '0 seconds');
  equal(words('zh').duration(86400 * 7), '7天');
});

test('words: days of another year say so', () => {
  ok(words().day(0).includes('19'), 'without its year');
  ok(!words().day(Date.now() / 1000).includes(String(new Date().getFullYear())), 'with its year');
});

test('words: British English has British dates', () => {
  ok(/^\d+ Feb/.test(words('auto', ['en-GB']).when(2678400 + 1e5)));
  ok(/^Feb/.test(words('auto', ['en-US']).when(2678400 + 1e5)));
});

test('words: those of the language are fetched', async () => {
  const given = { language: 'auto', wished: ['zh-CN'] };
  equal((await fetchWords(given)).t('close'), '关闭');
  equal((await fetchWords({ ...given, language: 'en' })).t('close'), 'Close');
});
