// What is known of a picture, as text.

import { element, said } from "../shared/elements.js";
import { machineText } from "./describe.js";

export function showFacts(panel, details, tile, words) {
  panel.replaceChildren(
    element("h2", "", said(words.picture, { id: details.id })),
    ...warnings(details, words),
    ...scores(tile, words),
    ...Object.entries(details.facts).filter(([, facts]) => facts.length).map(
      ([name, facts]) => group(words.facts[name], facts, words)),
    ...masked(details, words),
    machineText(details, words),
    ...links(details, words),
    ...reports(details, words),
    ...linkedFiles(details, words),
    copies(details, words),
  );
}

function warnings({ linked }, words) {
  const conflicts = linked.filter(({ relation }) => relation === "conflict");
  return conflicts.map((each) => note(`${words.conflict} ${named(each, words).join(", ")}`));
}

function note(text) {
  const made = element("p", "warning", text);
  made.setAttribute("role", "note");
  return made;
}

function scores(tile, words) {
  if (!tile?.score) return [];
  const facts = [["score", [tile.score, tile.standing].filter(Boolean).join(" · ")]];
  const badges = tile.badges.map(({ text, meaning }) => [text, meaning]);
  return [definitions([...facts, ...badges], words)];
}

function group(title, facts, words) {
  const section = element("section", "group");
  if (title) section.append(element("h3", "", title));
  section.append(definitions(facts, words));
  return section;
}

export function definitions(facts, words) {
  const list = element("dl", "facts");
  for (const [name, value] of facts) {
    list.append(element("dt", "", words.facts[name] ?? name), element("dd", "", valueOf(value, words)));
  }
  return list;
}

function valueOf(value, words) {
  return { yes: words.yes, no: words.no }[value] ?? value;
}

function masked({ identityIsMasked }, words) {
  return identityIsMasked ? [element("p", "quiet", words.identityMasked)] : [];
}

function links({ links: addresses }, words) {
  const all = Object.entries(addresses).map(([name, address]) => {
    const link = element("a", "elsewhere", name);
    Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
    return link;
  });
  return all.length ? [titled(words.links, ...all)] : [];
}

function reports({ reports: texts, reportsMasked }, words) {
  if (reportsMasked) return [element("p", "quiet", words.reportsMasked)];
  return texts.map((text) => titled(words.report, element("p", "report", text)));
}

function linkedFiles({ linked }, words) {
  const others = linked.filter(({ relation }) => relation !== "conflict");
  return others.length ? [group(words.linked, others.map((each) => facts(each, words)), words)] : [];
}

function facts(each, words) {
  const more = each.more ? [said(words.moreFiles, { n: each.more })] : [];
  return [words[each.relation], [...named(each, words), ...more].join("\n")];
}

function named({ names }, words) {
  const of = (name) => (/^\d+$/.test(name) ? said(words.picture, { id: name }) : name);
  return names.map((name) => (name ? of(name) : words.noPictureThere));
}

// Identifiers leave the page for the clipboard alone.
function copies({ uids }, words) {
  const names = { study: words.study, series: words.seriesUid, sop: words.sop };
  const buttons = Object.entries(names).filter(([name]) => uids[name]).map(([name, title]) => {
    const button = element("button", "copy", title);
    button.addEventListener("click", () => copy(button, uids[name], title, words));
    return button;
  });
  return titled(words.copy, ...buttons);
}

async function copy(button, text, title, words) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = words.copied;
  } catch {
    button.textContent = words.copyFailed;
  }
  setTimeout(() => (button.textContent = title), 1600);
}

function titled(title, ...inside) {
  const section = element("section", "group");
  section.append(element("h3", "", title), ...inside);
  return section;
}

// The facts in which pictures differ: a row each, with the value of every picture.
export function differences(all, words) {
  const tables = all.map(({ facts: groups }) => new Map(Object.values(groups).flat()));
  const names = [...new Set(tables.flatMap((table) => [...table.keys()]))]
    .filter((name) => !name.endsWith("_uid"));
  return names
    .map((name) => [words.facts[name] ?? name, tables.map((table) => table.get(name) ?? "–")])
    .filter(([, values]) => new Set(values).size > 1);
}
