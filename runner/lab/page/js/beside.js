// Two runs beside each other, stepped through together, from the first event at which they part.
import {RunView} from './runview.js';
import {element} from './dom.js';

// what tells events apart; their numbers, times and tags follow from that.
const sign = (e) => JSON.stringify([
  e.kind, e.actor, e.vhost, e.exchange, e.queue, e.body, e.message, e.redelivered, e.auto, e.requeue, e.unseen, e.kept, e.kind === 'time' ? Math.round(e.at_ms) : 0,
]);

// parting is the number of the first event at which two runs part, or 0 if they are the same.
export const parting = (one, other) => {
  const a = one.events || [], b = other.events || [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (!a[i] || !b[i] || sign(a[i]) !== sign(b[i])) return i + 1;
  }
  return 0;
};

// told says what a run has at an event.
const told = (run, n) => (run.sentences || [])[n - 1] || 'Nothing more happens.';

export class Beside {
  // runs are two of {run, name}: as it is written, and as it is compared with.
  constructor(left, right, onshow) {
    this.element = element('div', 'compared');
    this.at = parting(left.run, right.run);
    this.views = [left, right].map((each, i) => new RunView({
      ...each, onshow: (at, stepping) => this.follow(i, at, stepping, onshow),
    }));
    const sides = element('div', 'sides');
    sides.append(...this.views.map((view, i) => {
      const side = element('section');
      side.append(element('h3', '', [left, right][i].name), view.element);
      return side;
    }));
    const says = element('p', 'parting');
    says.setAttribute('role', 'status');
    says.textContent = this.sentence(left, right);
    this.element.append(says, sides);
  }

  // begin shows both sides at an event: where they part, if nothing else is wanted.
  begin(at) { this.player?.show(at || this.at || this.player.events.length, true); }

  sentence(left, right) {
    if (this.at === 0) return 'Both runs are the same, event for event.';
    const before = this.at === 1 ? 'They part at the first event.' : `The first ${this.at - 1} events are the same; they part at event ${this.at}.`;
    return `${before} ${left.name}: ${told(left.run, this.at)} ${right.name}: ${told(right.run, this.at)}`;
  }

  // follow has the other side go to where one has gone.
  follow(i, at, stepping, onshow) {
    const other = this.views[1 - i].player;
    const to = other ? Math.min(at, other.events.length) : at;
    if (other && other.at !== to && !this.following) {
      this.following = true;
      other.show(to, stepping);
      this.following = false;
    }
    if (onshow && !this.following) onshow(at, stepping);
  }

  get player() { return this.views[0].player || this.views[1].player; }
}
