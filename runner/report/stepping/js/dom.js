// Small things that all modules write with.

// element makes an element with a class and a text.
export const element = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

// button makes a button that does something.
export const button = (text, act) => {
  const node = element('button', '', text);
  node.type = 'button';
  node.addEventListener('click', act);
  return node;
};

// shown is a text that is cut where it is long.
export const shown = (text) => (text.length > 60 ? text.slice(0, 60) + '…' : text);

// moment is a time on the act's timeline, in seconds.
export const moment = (ms) => (Math.round(ms) / 1000) + ' s';

// counted is a number with its noun.
export const counted = (n, noun) => n + ' ' + noun + (n === 1 ? '' : 's');
