import { equal, ok, test } from './kit.js';
import { fold, hue } from '../../../twistchat/frontends/web/static/model/names.js';
import { isMention } from '../../../twistchat/frontends/web/static/model/mentions.js';
import { Signal, State } from '../../../twistchat/frontends/web/static/signal.js';

test('names that are the same', () => {
  equal(['ｂob', 'BOB', 'Bob'].map(fold), ['bob', 'bob', 'bob']);
  equal(fold('STRASSE'), fold('straße'));
  equal(fold('ΟΔΟΣ'), fold('οδος'));
  equal(fold('ｶﾞ'), fold('ガ'));
  equal(fold('İ') === fold('i'), false);
  equal(fold('ı') === fold('i'), false);
});

test('the hue of a name is steady, and differs', () => {
  equal(hue('bob'), hue('BOB'));
  const hues = Array.from({ length: 360 }, (_, at) => hue(`person${at}`));
  ok(hues.every((one) => one >= 0 && one < 360));
  ok(new Set(hues).size > 180, `${new Set(hues).size} hues`);
});

test('who is meant', () => {
  const meant = ['bob', 'Bob: hi', '@bob', 'hi, BOB!', '(bob)', '你好bob你好', 'bob’s'];
  equal(meant.filter((text) => !isMention(text, 'bob')), []);
  equal(['bobby', 'abob', 'bob2', 'bób', '', 'rob'].filter((text) => isMention(text, 'bob')), []);
  ok(isMention('小红你好', '小红') && isMention('你好小红！', '小红') && !isMention('小明', '小红'));
  ok(isMention('hi j.r. there', 'J.R.') && isMention('ask a|b', 'a|b'));
  ok(!isMention('anything', ''));
});

test('a signal tells everybody who still listens', () => {
  const signal = new Signal();
  const heard = [];
  const listener = (value) => heard.push(value);
  const end = signal.listen(listener);
  signal.listen(listener);
  signal.tell(1);
  end();
  signal.tell(2);
  equal(heard, [1, 1, 2]);
  const state = new State('a');
  state.listen(() => heard.push(state.value));
  state.tell('b');
  equal(heard.at(-1), 'b');
});
