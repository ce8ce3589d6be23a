// What is being played: it says how far that has come, and lets it be stopped.
import {button, element} from './dom.js';

export class Work {
  constructor() {
    this.element = element('p', 'work');
    this.says = element('span');
    this.says.setAttribute('role', 'status');
    this.stop = button('Stop', () => this.abort?.abort());
    this.stop.hidden = true;
    // The button is first: it stays where it is, whatever is said.
    this.element.append(this.stop, ' ', this.says);
  }

  // ask has something played, and gives the reply; or nothing, when what went wrong has been said. It says so in a place.
  async ask(where, play) {
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    where.append(this.element);
    this.element.classList.remove('fail');
    this.says.textContent = 'Playing…';
    this.stop.hidden = false;
    try {
      const reply = await play({signal: abort.signal, progress: (text) => { this.says.textContent = text; }});
      if (abort.signal.aborted) return null;
      if (!reply.error && !reply.mistakes.length && !reply.runs.length) reply.error = 'Nothing was played.';
      this.said(reply.error ? reply.error : '');
      return reply.error ? null : reply;
    } catch (error) {
      if (this.abort === abort) this.said(abort.signal.aborted ? 'Stopped.' : String(error.message || error));
      return null;
    } finally {
      if (this.abort === abort) this.stop.hidden = true;
    }
  }

  said(text) {
    this.says.textContent = text;
    this.element.classList.toggle('fail', text !== '' && text !== 'Stopped.');
  }
}
