// One act at a time: a second one before the page has followed the first would undo it, as it
// starts from the address of before. Words can wait for that; what else is pressed is not taken.

const LONGEST_WAIT = 3000; // milliseconds; then another act may follow one that changed nothing

let isBusy = false;
let waiting = null; // words to be asked next
let timer = null;

// What tells the server of an act; a new one is made for each state of the page.
export function teller(setTriggerValue) {
  const release = () => {
    const words = waiting;
    isBusy = false;
    waiting = null;
    if (words !== null) tell("ask", words);
  };
  const tell = (name, value) => {
    if (isBusy) {
      if (name === "ask") waiting = value;
      return;
    }
    isBusy = true;
    clearTimeout(timer);
    timer = setTimeout(release, LONGEST_WAIT);
    setTriggerValue(name, value);
  };
  release();
  return tell;
}
