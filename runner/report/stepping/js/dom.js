// Small things that all modules write with.

// Characters that end lines, move a cursor or turn the direction of writing. They are shown as what they are.
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

// harmless makes a text from outside fit to be shown.
export const harmless = (text) => String(text).replace(harmful, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// element makes an element with a class and a text.
export const element = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = harmless(text);
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
export const shown = (text) => harmless(text.length > 60 ? text.slice(0, 60) + '…' : text);

// chip is a message as it is drawn everywhere: its number, in its colour, and its body.
export const chip = (message, body) => {
  const whole = element('span', 'copy');
  whole.append(element('b', 'number-' + ((message + 7) % 8), String(message)), ' ' + body);
  return whole;
};

// moment is a time on the act's timeline, in seconds.
export const moment = (ms) => (Math.round(ms) / 1000) + ' s';

// counted is a number with its noun.
export const counted = (n, noun) => n + ' ' + noun + (n === 1 ? '' : 's');
