// The filters stand beside the grid where there is room, and lie over it where there is not.

const NARROW = "(max-width: 63.99rem)";
const CLOSED = "radseek-rail"; // in the browser's own memory

export function makeDrawer(root, words, signal) {
  const dialog = root.querySelector("dialog");
  const panel = root.querySelector(".panel");
  const narrow = matchMedia(NARROW);
  const place = () => {
    if (!narrow.matches && dialog.open) dialog.close();
    const beside = !narrow.matches && localStorage.getItem(CLOSED) !== "closed";
    root.querySelector(".rail").classList.toggle("closed", !beside);
    document.documentElement.dataset.rsRail = beside ? "open" : "closed";
    root.querySelector(".strip .opener")?.setAttribute("aria-expanded", beside || dialog.open);
  };
  const open = () => {
    dialog.append(panel);
    dialog.showModal();
    place();
  };
  const toggle = () => {
    if (narrow.matches) return open();
    const is_open = localStorage.getItem(CLOSED) !== "closed";
    localStorage.setItem(CLOSED, is_open ? "closed" : "open");
    place();
  };
  dialog.setAttribute("aria-label", words.filters);
  panel.setAttribute("aria-label", words.filters);
  const done = dialog.querySelector(".done");
  done.textContent = words.done;
  done.onclick = () => dialog.close();
  narrow.addEventListener("change", place, { signal });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(), { signal });
  dialog.addEventListener("close", () => {
    root.querySelector(".rail").append(panel);
    place();
  }, { signal });
  return { toggle, place };
}
