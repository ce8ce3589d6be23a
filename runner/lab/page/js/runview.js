// A run that is shown: who played it, the player, its sequence diagram, what the actors printed, and what became of the
// messages.
import {Player} from './player.js';
import {element, harmless, moment} from './dom.js';

const marks = {pass: '✓', fail: '✗', error: '!', 'left out': '–'};

// picture makes an element of a picture. It is parsed as XML, in which nothing runs.
export const picture = (text) => document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);

// verdict says how a run came out.
export const verdict = (run) => {
  const line = element('p', 'on');
  line.append(element('strong', run.verdict.replace('left out', 'out'), `${marks[run.verdict] || ''} ${run.verdict}`), ` on ${harmless(run.broker)}, ${moment(run.span_ms)} on the clock.`);
  if (run.open) line.append(' Nothing is expected here but that it comes to its end.');
  return line;
};

// kinds are the events that lines of transcripts tell of.
const kinds = {
  sent: ['publish'], asked: ['publish'], answered: ['publish'], received: ['take', 'get'], returned: ['return'], confirmed: ['confirm'],
  nacked: ['refuse'], created_queue: ['declare'], created_exchange: ['declare'], bound: ['bind'], bound_exchange: ['bind'],
  cancelled: ['cancel'], stopped: ['stop'], error: ['error'],
};

// eventOf finds the event that each line tells of: the first of its kind, actor and message that no line before has told
// of; for others the last one until its time.
export const eventsOf = (run) => {
  const told = new Set();
  return (run.lines || []).map((line) => {
    const events = run.events || [];
    const own = events.findIndex((e, i) => !told.has(i) && (kinds[line.kind] || []).includes(e.kind) && e.actor === line.actor && (!line.message || e.message === line.message));
    if (own >= 0) {
      told.add(own);
      return own + 1;
    }
    return events.filter((e) => e.at_ms <= line.at_ms).length;
  });
};

export class RunView {
  // run is one as the laboratory gives it; figure is its sequence diagram, if the page has it already.
  constructor({run, name, figure, onshow}) {
    this.run = run;
    this.element = element('div', 'run');
    this.figure = figure || this.figureOf(run, name);
    const place = element('div');
    const printed = this.printed();
    this.element.append(verdict(run), ...this.trouble(), place, this.side(this.figure, printed), ...this.notes());
    this.player = (run.events || []).length === 0 ? null : new Player({
      run, place, figure: this.figure, name, onshow: (at, stepping) => { this.light(at); if (onshow) onshow(at, stepping); },
    });
    if (this.player) this.light(0);
    if (run.more_events) place.append(element('p', 'quiet', `${run.more_events} more events cannot be stepped through here.`));
  }

  figureOf(run, name) {
    const figure = element('figure');
    figure.tabIndex = 0;
    figure.setAttribute('aria-label', 'Sequence diagram of ' + name);
    if (run.picture) figure.append(picture(run.picture));
    else figure.hidden = true;
    return figure;
  }

  side(figure, printed) {
    const side = element('div', 'beside-figure');
    side.append(figure, printed);
    return side;
  }

  printed() {
    const table = element('table', 'printed');
    const body = element('tbody');
    table.append(element('caption', '', 'What the actors printed'), body);
    this.events = eventsOf(this.run);
    this.lines = (this.run.lines || []).map((line) => {
      const row = element('tr', line.trouble ? 'trouble' : '');
      const actor = element('th', '', line.actor);
      actor.scope = 'row';
      row.append(element('td', '', moment(line.at_ms)), actor, element('td', '', line.text));
      return row;
    });
    body.append(...this.lines);
    return table;
  }

  // light shows which lines have been printed at an event, and at the end what became of the messages.
  light(at) {
    this.lines.forEach((row, i) => {
      row.classList.toggle('later', this.events[i] > at);
      row.classList.toggle('now', this.events[i] === at && at > 0);
    });
    if (this.list) this.list.hidden = at < (this.run.events || []).length;
  }

  // trouble is why an act could not be played, or what differs from what is expected.
  trouble() {
    const parts = [];
    if (this.run.error) {
      const error = element('pre', 'fail', this.run.error);
      error.setAttribute('role', 'alert');
      parts.push(error);
    }
    for (const m of this.run.mismatches || []) {
      const table = element('table', 'diff');
      table.append(element('caption', '', m.subject + ', line ' + m.line + ': − expected, + observed'));
      table.append(...m.diff.map((d) => {
        const row = element('tr');
        row.append(element('td', {expected: 'minus', observed: 'plus'}[d.op] || '', ({expected: '− ', observed: '+ '}[d.op] || '  ') + d.text));
        return row;
      }));
      parts.push(table);
    }
    return parts;
  }

  notes() {
    if (!(this.run.notes || []).length) return [];
    const list = element('ul', 'notes');
    list.append(...this.run.notes.map((n) => {
      const item = element('li');
      item.append(element('strong', '', n.event), ' ', n.messages.map(harmless).join(', ') + (n.count > n.messages.length && n.messages.length ? ` and ${n.count - n.messages.length} more` : ''), n.messages.length ? ': ' : '', harmless(n.text) + (n.inferred ? ' (inferred)' : ''));
      return item;
    }));
    this.list = list;
    return [list];
  }
}
