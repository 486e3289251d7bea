// What the beginning of a word may become.
import { findCompletion, inserted } from '../../../twistchat/frontends/web/static/ui/completing.js';
import { equal, ok, test } from './kit.js';

const known = {
  commands: ['join', 'kick', 'me', 'msg'],
  names: ['bob', 'Bobby', '小明', '小红', 'alice'],
  rooms: ['#lobby', '#lab', '#猫'],
};

function options(text, isAsked = false, caret = text.length) {
  return findCompletion(text, caret, known, isAsked)?.options ?? null;
}

function completed(text, isAsked = false) {
  const found = findCompletion(text, text.length, known, isAsked);
  return text.slice(0, found.from) + inserted(found, found.options[0]) + text.slice(found.to);
}

test('completing: commands, in the first word alone', () => {
  equal(options('/'), known.commands);
  equal(options('/M'), ['me', 'msg']);
  equal(options('hello /m'), null);
  equal(options('//m'), null);
  equal(completed('/jo'), '/join ');
});

test('completing: names behind an @, whatever their case', () => {
  equal(options('hi @BO'), ['bob', 'Bobby']);
  equal(completed('hi @al'), 'hi @alice ');
  equal(options('@'), known.names);
  equal(options('you@exam'), null);
});

test('completing: Chinese names, with no blank before', () => {
  equal(options('你好@小'), ['小明', '小红']);
  equal(completed('你好@小红'), '你好@小红 ');
  equal(options('你好小', true), ['小明', '小红']);
  equal(completed('你好小红', true), '你好小红 ');
});

test('completing: a few letters, when asked', () => {
  equal(options('al'), null);
  equal(completed('al', true), 'alice: ');
  equal(completed('hello al', true), 'hello alice ');
  equal(options('', true), null);
  equal(options('xal', true), null);
});

test('completing: rooms', () => {
  equal(options('see #l'), ['lobby', 'lab']);
  equal(completed('see #猫'), 'see #猫 ');
  equal(completed('/join #lo'), '/join #lobby ');
});

test('completing: in the middle of a text', () => {
  const found = findCompletion('hi @al how are you', 6, known);
  equal([found.from, found.to], [3, 6]);
});

test('completing: behind a long text without spaces, and among many', () => {
  const many = { ...known, names: [...Array.from({ length: 500 }, (_, at) => `guest${at}`), '小明'] };
  for (const letter of ['中', 'İ', 'a', '@', '\ud800']) {
    const text = letter.repeat(16_000);
    const begun = performance.now();
    equal(findCompletion(text, text.length, many, true), null);
    const took = performance.now() - begun;
    ok(took < 200, `${letter} takes ${took} ms`);
  }
  const found = findCompletion(`${'中'.repeat(5000)}小`, 5001, many, true);
  equal([found.options, found.from], [['小明'], 5000]);
});
