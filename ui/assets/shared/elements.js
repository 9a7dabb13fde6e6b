// Elements of the page. Texts enter through textContent alone: a tag can never become markup.

export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

// A sentence of the page's language with its {places} filled.
export function said(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
