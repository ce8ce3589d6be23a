
// The page of a run: each act can be stepped through, event for event.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const runs = read('document').runs;
  const sentences = read('sentences');
  const most = 40;

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const shown = (text) => (text.length > 60 ? text.slice(0, 60) + '…' : text);

  // moment is a time on the act's timeline, in seconds.
  const moment = (ms) => (Math.round(ms) / 1000) + ' s';

  class Player {
    constructor(section) {
      this.section = section;
      const key = section.dataset.act;
      const [run, act] = key.split('.').map(Number);
      this.events = runs[run].acts[act].events || [];
      this.sentences = sentences[key] || [];
      this.player = section.querySelector('.player');
      this.slider = section.querySelector('input[type=range]');
      this.says = section.querySelector('.says');
      this.stage = section.querySelector('.stage');
      this.figure = section.querySelector('figure');
      this.rows = [...section.querySelectorAll('svg .row')];
      this.holds = [...section.querySelectorAll('svg .hold[data-first]')];
      this.bodies = new Map();
      this.at = 0;
      this.collect();
      this.listen();
      this.show(0, false);
      this.player.hidden = false;
    }

    // collect finds which places there are in the act, and which message a copy is of.
    collect() {
      this.queues = new Map();
      this.actors = [];
      for (const e of this.events) {
        if (e.copy) this.bodies.set(e.copy, {message: e.message || 0, body: e.body || ''});
        if (e.queue) this.queues.set(JSON.stringify([e.vhost || '', e.queue]), e.vhost && e.vhost !== '/' ? e.queue + ' in ' + e.vhost : e.queue);
        if ((e.kind === 'deliver' || e.kind === 'get') && !this.actors.includes(e.actor)) this.actors.push(e.actor);
      }
    }

    listen() {
      this.slider.max = this.events.length;
      this.slider.addEventListener('input', () => this.show(Number(this.slider.value), true));
      for (const button of this.player.querySelectorAll('button')) {
        button.addEventListener('click', () => this.move(button.dataset.move));
      }
      this.section.addEventListener('focusin', () => { Player.current = this; });
      this.section.addEventListener('toggle', () => { if (this.section.open) Player.current = this; });
      this.section.addEventListener('pointerdown', () => { Player.current = this; });
    }

    move(where) {
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

    show(at, stepping) {
      this.at = at;
      const state = Fold.start();
      for (const e of this.events.slice(0, at)) Fold.apply(state, e);
      this.section.classList.toggle('stepping', stepping);
      this.slider.value = at;
      this.says.textContent = at === 0
        ? 'Before the first of ' + this.events.length + ' events.'
        : 'Event ' + at + ' of ' + this.events.length + ', ' + moment(this.events[at - 1].at_ms) + '. ' + (this.sentences[at - 1] || '');
      this.slider.setAttribute('aria-valuetext', this.says.textContent);
      for (const button of this.player.querySelectorAll('button')) {
        const back = ['first', 'back', 'earlier'].includes(button.dataset.move);
        button.setAttribute('aria-disabled', String(at === (back ? 0 : this.events.length)));
      }
      this.draw(state);
      if (stepping) this.mark(at);
    }

    // mark shows in the picture how far it has come.
    mark(at) {
      for (const hold of this.holds) hold.classList.toggle('later', Number(hold.dataset.first) > at);
      for (const row of this.rows) {
        const first = Number(row.dataset.first), last = Number(row.dataset.last);
        const now = first <= at && at <= last;
        row.classList.toggle('now', now);
        row.classList.toggle('later', first > at);
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

    draw(state) {
      const queues = element('section');
      queues.append(element('h4', '', 'Queues'));
      for (const [key, name] of this.queues) {
        queues.append(this.place(name, [['ready', state.ready.get(key)], ...(state.held.has(key) ? [['dead, kept', state.held.get(key)]] : [])]));
      }
      const consumers = element('section');
      consumers.append(element('h4', '', 'Consumers'));
      for (const name of this.actors) {
        consumers.append(this.place(name, [['in its buffer', state.buffer.get(name)], ['in its hands', state.hands.get(name)]]));
      }
      const ended = element('section');
      ended.append(element('h4', '', 'What became of them'), this.fates(state));
      this.stage.replaceChildren(...[queues, consumers, ended].filter((part) => part.children.length > 1));
    }

    place(name, contents) {
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
      const whole = element('span', 'copy');
      whole.append(element('b', 'number-' + ((message + 7) % 8), String(message)), ' ' + shown(body));
      return whole;
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

  const players = [...document.querySelectorAll('[data-act]')].map((section) => new Player(section));
  Player.current = players.find((player) => player.section.open) || players[0];

  // A link to an act unfolds it.
  const unfold = () => {
    const act = document.getElementById(location.hash.slice(1));
    if (act) act.open = true;
  };
  addEventListener('hashchange', unfold);
  unfold();

  // The arrow keys step through the act that was used last; sliders and fields have them for themselves.
  document.addEventListener('keydown', (event) => {
    const move = {ArrowLeft: event.shiftKey ? 'earlier' : 'back', ArrowRight: event.shiftKey ? 'later' : 'next'}[event.key];
    const own = event.target.matches('input, select, textarea') && !event.shiftKey;
    if (!move || own || event.altKey || event.ctrlKey || event.metaKey || !Player.current) return;
    event.preventDefault();
    Player.current.move(move);
  });
})();
