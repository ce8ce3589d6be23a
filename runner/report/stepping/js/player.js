// A player steps through the events of an act: it says what each is, shows what there is in each queue, buffer and
// hand, and lights the sequence diagram up to there.
import {apply, queueOf, start} from './fold.js';
import {button, chip, element, moment, shown} from './dom.js';

// most is how many copies a place shows.
const most = 40;

// pace is how long an event is shown while the act runs, in milliseconds.
const pace = 700;

export class Player {
  // run has the events of an act, and the sentences that tell of them. The player puts itself into place; figure, if
  // there is one, holds the act's sequence diagram. Onshow is told when it has moved.
  constructor({run, place, figure, name, onshow}) {
    this.events = run.events || [];
    this.sentences = run.sentences || [];
    this.place = place;
    this.figure = figure;
    this.onshow = () => {};
    this.rows = figure ? [...figure.querySelectorAll('svg .row')] : [];
    this.holds = figure ? [...figure.querySelectorAll('svg .hold[data-first]')] : [];
    this.bodies = new Map();
    this.at = 0;
    this.collect();
    this.build(name);
    this.show(0, false);
    if (onshow) this.onshow = onshow;
  }

  // collect finds which places there are in the act, and which message a copy is of.
  collect() {
    this.queues = new Map();
    this.actors = [];
    for (const e of this.events) {
      if (e.copy) this.bodies.set(e.copy, {message: e.message || 0, body: e.body || ''});
      if (e.queue) this.queues.set(queueOf(e), e.vhost && e.vhost !== '/' ? e.queue + ' in ' + e.vhost : e.queue);
      if ((e.kind === 'deliver' || e.kind === 'get') && !this.actors.includes(e.actor)) this.actors.push(e.actor);
    }
  }

  // build makes the buttons, the slider, the sentence and the stage.
  build(name) {
    this.place.classList.add('player');
    this.place.setAttribute('role', 'group');
    this.place.setAttribute('aria-label', 'Step through the events of ' + name);
    const controls = element('div', 'controls');
    this.buttons = [['first', 'Start'], ['back', '← Back'], ['next', 'Next →'], ['last', 'End'], ['run', '▶ Run']].map(([move, text]) => {
      const node = button(text, () => this.move(move));
      node.dataset.move = move;
      return node;
    });
    this.slider = element('input');
    Object.assign(this.slider, {type: 'range', min: 0, max: this.events.length, step: 1, value: 0});
    this.slider.setAttribute('aria-label', 'Event');
    this.slider.addEventListener('input', () => this.show(Number(this.slider.value), true));
    controls.append(...this.buttons, this.slider);
    this.says = element('p', 'says');
    this.says.setAttribute('role', 'status');
    this.says.setAttribute('aria-live', 'polite');
    this.stage = element('div', 'stage');
    const keys = element('p', 'quiet print-no', '← and → step by one event, with shift to where the clock goes on; space runs and halts.');
    this.place.replaceChildren(controls, this.says, this.stage, keys);
    this.place.hidden = false;
  }

  move(where) {
    if (where === 'run') return this.running ? this.halt() : this.run();
    this.halt();
    const to = {
      first: 0, last: this.events.length, back: this.at - 1, next: this.at + 1,
      earlier: this.jump(-1), later: this.jump(1),
    }[where];
    this.show(Math.min(Math.max(to, 0), this.events.length), true);
  }

  // jump is the next event in a direction at which the clock has gone on.
  jump(direction) {
    let to = this.at + direction;
    while (to > 0 && to < this.events.length && this.events[to - 1].kind !== 'time') to += direction;
    return to;
  }

  // run shows one event after the other, from the beginning if it has come to the end.
  run() {
    if (this.at === this.events.length) this.show(0, true);
    this.running = setInterval(() => {
      this.show(this.at + 1, true);
      if (this.at >= this.events.length) this.halt();
    }, pace);
    this.control('run').textContent = '❚❚ Halt';
  }

  halt() {
    clearInterval(this.running);
    this.running = 0;
    this.control('run').textContent = '▶ Run';
  }

  control(move) { return this.buttons.find((node) => node.dataset.move === move); }

  show(at, stepping) {
    this.at = Math.min(at, this.events.length);
    this.slider.value = this.at;
    this.says.textContent = this.sentence();
    this.slider.setAttribute('aria-valuetext', this.says.textContent);
    for (const node of this.buttons) {
      const end = {first: 0, back: 0, next: this.events.length, last: this.events.length}[node.dataset.move];
      if (end !== undefined) node.setAttribute('aria-disabled', String(this.at === end));
    }
    this.draw();
    if (stepping) this.mark();
    this.onshow(this.at, stepping);
  }

  // sentence says where it has come to.
  sentence() {
    if (this.at === 0) return 'Before the first of ' + this.events.length + ' events.';
    return 'Event ' + this.at + ' of ' + this.events.length + ', ' + moment(this.events[this.at - 1].at_ms) + '. ' + (this.sentences[this.at - 1] || '');
  }

  // mark shows in the picture how far it has come.
  mark() {
    if (this.figure) this.figure.classList.add('stepping');
    for (const hold of this.holds) hold.classList.toggle('later', Number(hold.dataset.first) > this.at);
    for (const row of this.rows) {
      const first = Number(row.dataset.first), last = Number(row.dataset.last);
      const now = first <= this.at && this.at <= last;
      row.classList.toggle('now', now);
      row.classList.toggle('later', first > this.at);
      if (now) this.reveal(row);
    }
  }

  // reveal scrolls the picture, and not the page.
  reveal(row) {
    const band = row.querySelector('.band').getBoundingClientRect();
    const view = this.figure.getBoundingClientRect();
    if (band.top < view.top + 60) this.figure.scrollTop += band.top - view.top - 60;
    if (band.bottom > view.bottom - 60) this.figure.scrollTop += band.bottom - view.bottom + 60;
    const label = (row.querySelector('text') || row).getBoundingClientRect();
    if (label.left < view.left) this.figure.scrollLeft += label.left - view.left - 40;
    if (label.right > view.right) this.figure.scrollLeft += Math.min(label.right - view.right + 40, label.left - view.left - 40);
  }

  draw() {
    const state = start();
    for (const e of this.events.slice(0, this.at)) apply(state, e);
    const queues = this.part('Queues', [...this.queues].map(([key, name]) => {
      const held = state.held.has(key) ? [['dead, kept', state.held.get(key)]] : [];
      return this.box(name, [['ready', state.ready.get(key)], ...held]);
    }));
    const consumers = this.part('Consumers', this.actors.map((name) => (
      this.box(name, [['in its buffer', state.buffer.get(name)], ['in its hands', state.hands.get(name)]])
    )));
    this.stage.replaceChildren(...[queues, consumers, this.part('What became of them', [this.fates(state)])].filter((part) => part));
  }

  part(title, boxes) {
    if (boxes.length === 0) return null;
    const part = element('section');
    part.append(element('h4', '', title), ...boxes);
    return part;
  }

  box(name, contents) {
    const box = element('div', 'place');
    box.append(element('strong', '', shown(name)));
    for (const [word, copies] of contents) box.append(this.line(word, copies || []));
    return box;
  }

  line(word, copies) {
    const line = element('p', copies.length ? '' : 'none');
    line.append(element('span', 'what', word + ': '));
    if (copies.length === 0) line.append('nothing');
    for (const copy of copies.slice(0, most)) {
      line.append(this.chip(copy), ' ');
    }
    if (copies.length > most) line.append('and ' + (copies.length - most) + ' more');
    return line;
  }

  chip(copy) {
    const {message, body} = this.bodies.get(copy) || {message: 0, body: ''};
    return chip(message, shown(body));
  }

  fates(state) {
    const by = new Map();
    for (const [copy, fate] of [...state.fates].sort((a, b) => a[0] - b[0])) {
      by.set(fate, [...(by.get(fate) || []), copy]);
    }
    const box = element('div', 'place');
    for (const [fate, copies] of by) box.append(this.line(fate, copies));
    if (by.size === 0) box.append(element('p', 'none', 'nothing yet'));
    return box;
  }
}

// onkeys has the keyboard move whichever player is current. Sliders and fields have their keys for themselves.
export const onkeys = (current) => document.addEventListener('keydown', (event) => {
  const move = {ArrowLeft: event.shiftKey ? 'earlier' : 'back', ArrowRight: event.shiftKey ? 'later' : 'next', ' ': 'run'}[event.key];
  const writes = event.target.matches('input:not([type=range]), select, textarea') || event.target.matches('input[type=range]') && event.key !== ' ' && !event.shiftKey;
  const presses = event.key === ' ' && event.target.matches('button, summary, a');
  const player = current();
  if (!move || writes || presses || event.altKey || event.ctrlKey || event.metaKey || !player) return;
  event.preventDefault();
  player.move(move);
});
