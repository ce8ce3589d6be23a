// Who plays what a page asks for: the server that the page comes from, a worker in the browser, or nobody.

// server asks the server at the root of the pages.
const server = (root) => ({
  plays: true,
  play: async (request, {signal, progress}) => {
    const id = '?play=' + crypto.randomUUID();
    const events = new EventSource(new URL('events' + id, root));
    events.addEventListener('progress', (event) => progress(JSON.parse(event.data)));
    try {
      const answer = await fetch(new URL('play' + id, root), {
        method: 'POST', signal, headers: {'Content-Type': 'application/json'}, body: JSON.stringify(request),
      });
      if (!answer.ok) throw new Error(`The server does not play: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    } finally {
      events.close();
    }
  },
  close: () => {},
});

// InWorker has a worker play, which is started when there is something to play.
class InWorker {
  plays = true;
  #worker = null;
  #waiting = new Map();
  #last = 0;

  constructor(root) {
    this.script = new URL('js/worker.js', root);
  }

  // play gives the reply. What is aborted may never end, so the worker is ended; the next play starts another one.
  async play(request, {signal, progress = () => {}} = {}) {
    signal?.throwIfAborted();
    const stop = () => this.#end(signal.reason);
    signal?.addEventListener('abort', stop);
    try {
      return JSON.parse(await this.#ask(JSON.stringify(request), progress));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #ask(request, progress) {
    return new Promise((resolve, reject) => {
      this.#worker ||= this.#start();
      const id = ++this.#last;
      this.#waiting.set(id, {resolve, reject, progress});
      this.#worker.postMessage({id, request});
    });
  }

  #start() {
    const worker = new Worker(this.script);
    worker.onmessage = ({data}) => this.#told(data);
    worker.onerror = (event) => {
      event.preventDefault(); // whoever waits is told
      this.#end(new Error(`The worker that plays has failed: ${event.message || 'it cannot be loaded'}`));
    };
    return worker;
  }

  #told({id, progress, reply, error}) {
    const asked = this.#waiting.get(id);
    if (progress !== undefined) asked?.progress(progress);
    else if (error !== undefined) this.#end(new Error(error));
    else {
      this.#waiting.delete(id);
      asked?.resolve(reply);
    }
  }

  // end ends the worker, and tells all who wait for it why.
  #end(why) {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    waiting.forEach(({reject}) => reject(why));
  }

  close() {
    this.#end(new Error('Nobody waits any more.'));
  }
}

// backend is who plays, of a kind, for pages whose root is at a URL. Where plays is false there is nobody.
export const backend = (kind, root) => {
  if (kind === 'server') return server(root);
  if (kind === 'wasm') return new InWorker(root);
  return {plays: false, close: () => {}};
};
