// The right end of the top line: what is searched, language, theme, and who is logged in.

const YEAR = 365 * 24 * 60 * 60; // seconds

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(`.${name}`);
  const { words, person } = data;
  part("collection").textContent = data.collection;
  part("collection").title = words.collection;
  showLanguage(part("language"), data.other);
  const theme = part("theme");
  const name = () => nameTheme(theme, words);
  theme.onclick = () => {
    const detail = isLight() ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("radseek:theme", { detail }));
    name();
  };
  name();
  part("person").hidden = !person;
  if (!person) return;
  part("name").textContent = person.name;
  part("role").textContent = person.role;
  part("leave").textContent = words.leave;
}

// The button says the other language in that language; the page is then asked for anew.
function showLanguage(button, other) {
  button.textContent = other.name;
  button.lang = other.code;
  button.onclick = () => {
    document.cookie = `${other.cookie}=${other.code}; path=/; max-age=${YEAR}; samesite=lax`;
    location.reload();
  };
}

function nameTheme(button, words) {
  button.textContent = isLight() ? "☾" : "☀";
  button.title = isLight() ? words.dark : words.light;
  button.setAttribute("aria-label", button.title);
}

function isLight() {
  return document.documentElement.dataset.theme === "light";
}
