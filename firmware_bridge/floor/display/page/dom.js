// Small helpers to write the page with; text is always text, never markup.

export const $ = (selector) => document.querySelector(selector);

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
