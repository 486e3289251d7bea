// What one has begun to type, over reloads.
import { Chat } from '../../../twistchat/frontends/web/static/model/chat.js';
import { keepDrafts } from '../../../twistchat/frontends/web/static/ui/drafts.js';
import { equal, test } from './kit.js';
import { Kept } from './world.js';

/** A page with these rooms, that is left: tells what it would keep. */
class Tab {
  page = new EventTarget();
  chat = new Chat();

  constructor(tab) {
    this.drafts = keepDrafts(this.chat, () => tab, this.page);
  }

  leave() {
    this.page.dispatchEvent(new Event('pagehide'));
  }
}

test('drafts outlive reloads, also where nobody has looked at them', () => {
  const kept = new Kept();
  const first = new Tab(kept);
  first.chat.room('#lobby').draft = 'one';
  first.chat.room('#lab').draft = 'two';
  first.leave();
  const second = new Tab(kept);
  equal(second.drafts, new Map([['#lobby', 'one'], ['#lab', 'two']]));
  second.chat.room('#lobby').draft = 'one more';
  second.drafts.delete('#lobby');
  second.leave();
  equal(new Tab(kept).drafts, new Map([['#lab', 'two'], ['#lobby', 'one more']]));
});

test('drafts are of nobody else', () => {
  const kept = new Kept();
  const first = new Tab(kept);
  first.chat.room('#lobby').draft = 'one';
  first.leave();
  const second = new Tab(kept);
  second.chat.clear();
  equal(second.drafts, new Map());
  second.leave();
  equal(kept.length, 0);
});

test('drafts that are none are left out', () => {
  for (const text of ['{', '7', 'null', '[7]', '[["#lobby",{}],["#lab",null]]']) {
    const kept = new Kept();
    kept.setItem('twistchat.drafts', text);
    equal(new Tab(kept).drafts, new Map(), text);
  }
});
