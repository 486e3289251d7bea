import { Teller, textNodes } from '../../../twistchat/frontends/web/static/ui/log-told.js';
import { Words } from '../../../twistchat/frontends/web/static/words.js';
import { enWords } from '../../../twistchat/frontends/web/static/words/en.js';
import { zhWords } from '../../../twistchat/frontends/web/static/words/zh.js';
import { equal, test } from './kit.js';

/** Needs elements; in node there are none. */
function testInBrowser(name, run) {
  if (globalThis.document) {
    test(name, run);
  }
}

function teller(language = 'en') {
  const words = new Words({ language, wished: ['en-GB'] });
  words.learn(language === 'zh' ? zhWords : enWords);
  return new Teller({ t: words.t, words });
}

/** As it is read, isolated names in brackets. */
function read(nodes) {
  return [nodes].flat(Infinity).map((node) => {
    const text = node.textContent ?? node;
    return node.className === 'log-name' ? `[${text}]` : text || '';
  }).join('').replace(/^false$/, '');
}

const EVENTS = [
  [{ kind: 'joined', who: 'ann' }, '[ann] joined', '[ann] 加入了'],
  [{ kind: 'joined', who: 'ann', isMine: true }, 'You joined', '你加入了'],
  [{ kind: 'left', who: 'ann', text: 'lunch' }, '[ann] left: lunch', '[ann] 离开了：lunch'],
  [{ kind: 'left', who: 'ann', text: '', cause: 'kicked' }, '[ann] was put out of the room', '[ann] 被请出了房间'],
  [{ kind: 'departed', who: 'ann', text: '', cause: 'timed out' }, '[ann] lost the connection', '[ann] 掉线了'],
  [{ kind: 'departed', who: 'ann', text: 'bye', cause: 'left' }, '[ann] left the chat: bye', '[ann] 离开了聊天室：bye'],
  [{ kind: 'renamed', who: 'ann', text: 'eve' }, '[ann] is now called [eve]', '[ann] 改名为 [eve]'],
  [{ kind: 'topic', who: 'ann', text: 'tea' }, '[ann] changed the topic: tea', '[ann] 更改了话题：tea'],
  [{ kind: 'topic', who: 'ann', text: '' }, '[ann] took the topic away', '[ann] 取消了话题'],
  [{ kind: 'moderated', deed: 'kick', who: 'ann', to: 'bob', text: 'spam' }, '[ann] put [bob] out of the room: spam', '[ann] 把 [bob] 请出了房间：spam'],
  [{ kind: 'moderated', deed: 'kick', room: '#*', who: 'ann', to: 'bob', text: '' }, '[ann] put [bob] out of the chat', '[ann] 把 [bob] 请出了聊天室'],
  [{ kind: 'moderated', deed: 'found', who: 'ann', to: 'ann', text: '' }, '[ann] made this room', '[ann] 创建了这个房间'],
  [{ kind: 'moderated', deed: 'dance', who: 'ann', to: 'bob', text: '' }, '[ann]: dance [bob]', '[ann]：dance [bob]'],
  [
    { kind: 'rules', who: 'ann', rules: { slow: 10, key: false, other: 1 }, changed: ['slow', 'key', 'other'] },
    '[ann] changed the rules: one line every 10 seconds, no password is needed to come in, and other',
    '[ann] 更改了规则：每 10 秒一条消息、进入不需要密码和other',
  ],
  [{ kind: 'invited', who: 'ann', to: 'bob' }, '[ann] invited [bob]', '[ann] 邀请了 [bob]'],
  [{ kind: 'invited', who: 'ann', room: '#lab' }, '[ann] invites you to #lab', '[ann] 邀请你加入 #lab'],
  [{ kind: 'absent', who: 'ann' }, '[ann] is not here, and will find what you wrote', '[ann] 不在，回来后会看到你写的话'],
  [{ kind: 'note', who: '', text: 'a word' }, 'a word', 'a word'],
];

testInBrowser('what happens is told in sentences', () => {
  const [english, chinese] = [teller('en'), teller('zh')];
  for (const [item, en, zh] of EVENTS) {
    equal(read(english.told(item)), en);
    equal(read(chinese.told(item)), zh);
  }
});

testInBrowser('many who come and go are told in one', () => {
  const item = (kind, who) => ({ kind, who });
  const told = (...items) => read(teller().folded(items));
  equal(told(item('joined', 'ann'), item('joined', 'bob'), item('joined', 'eve')), '[ann], [bob], and [eve] joined');
  equal(told(item('joined', 'ann'), item('departed', 'ann'), item('left', 'bob')), '[bob] left · [ann] came and went');
  equal(told(item('left', 'ann'), item('joined', 'ann'), item('joined', 'bob')), '[ann] and [bob] joined');
  equal(told(...['a', 'b', 'c', 'd', 'e'].map((who) => item('joined', who))), '[a], [b], [c], and 2 others joined');
});

testInBrowser('what is left out is counted', () => {
  const gap = (why, from, to) => teller().gap({ why, from, to });
  equal(gap('page', 3, 12), '10 lines are not shown here');
  equal(gap('deleted', 3, 3), '1 line is no longer kept');
  equal(gap('epoch', 1, 0), 'The server began a new log here. What was said in between may be missing.');
});

testInBrowser('days near now have names', () => {
  const now = new Date(2026, 2, 4, 0, 30).getTime() / 1000;
  const day = (...at) => teller().day(new Date(...at).getTime() / 1000, now);
  equal([day(2026, 2, 4, 0, 1), day(2026, 2, 3, 23, 59)], ['Today', 'Yesterday']);
  equal(day(2025, 2, 2).includes('2 March 2025'), true);
});

testInBrowser('a name cannot turn the sentence around', () => {
  const told = teller().told({ kind: 'joined', who: 'שלום' });
  equal(told.find((node) => node.nodeType === 1).tagName, 'BDI');
  equal(textNodes('a #lab')[1].dataset.room, '#lab');
});
