// What pages of the console gain from script. Each of them works without it.

const fetchPage = async (url, signal) => {
  const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin", signal });
  if (!answer.ok || answer.redirected) throw new Error(`answered with ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// Copy buttons are hidden where nothing could be copied.
const reveal = (root) => {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.parentElement.querySelector("code, output, input");
  await navigator.clipboard.writeText(text.value ?? text.textContent);
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 1500);
});
reveal(document);

// Puts the part of a fresh page in the place of the one here. What somebody is filling in stays.
const replace = (here, there) => {
  const active = document.activeElement;
  const writing = here.contains(active) && active.matches("input, select, textarea");
  // What somebody opened stays open.
  for (const { id } of here.querySelectorAll("details[open][id]")) {
    there.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  }
  if (writing || here.querySelector("dialog[open]") || here.outerHTML === there.outerHTML) return;
  const id = here.contains(active) ? active.id : "";
  here.replaceWith(there);
  reveal(there);
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
};

// Searching as one types: the form's own address is fetched, and the list replaced.
const searches = new WeakMap();
const search = (form) => {
  const before = searches.get(form);
  clearTimeout(before?.timer);
  before?.controller.abort();
  const controller = new AbortController();
  const timer = setTimeout(async () => {
    const url = new URL(form.action);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
    try {
      const page = await fetchPage(url, controller.signal);
      const [here, there] = [document, page].map((one) => one.querySelector(form.dataset.search));
      if (!here || !there) return;
      replace(here, there);
      history.replaceState(null, "", url);
    } catch {
      // The form can still be sent.
    }
  }, 200);
  searches.set(form, { timer, controller });
};
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-search]");
  if (form) search(form);
});

// Dialogs.
const open = (content, opener) => {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", content.getAttribute("aria-labelledby"));
  dialog.append(content);
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
};

// A question that has a page of its own is asked in a dialog.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  try {
    const question = (await fetchPage(link.href)).querySelector("[data-confirmation]");
    if (!question) throw new Error("the page asks nothing");
    open(document.adoptNode(question), link);
  } catch {
    location.assign(link.href);
  }
});

// Menus close when one goes elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (except && menu.contains(except)) continue;
    menu.open = false;
    if (!except) menu.querySelector("summary").focus();
  }
};
document.addEventListener("click", (event) => closeMenus(event.target));

// The keyboard: / searches, g and a letter go somewhere, ? tells the letters.
let going = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  const writing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (writing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  const went = Date.now() - going < 1500;
  going = 0;
  if (went) {
    const link = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go === event.key);
    if (link) {
      event.preventDefault();
      location.assign(link.href);
    }
  } else if (event.key === "g") {
    going = Date.now();
  } else if (event.key === "/") {
    const field = document.querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  } else if (event.key === "?") {
    const shortcuts = document.querySelector("#shortcuts");
    if (shortcuts) open(shortcuts.content.firstElementChild.cloneNode(true), document.activeElement);
  }
});

// Lists and decisions by the keyboard: j and k go through rows; a button that names a key is pressed by it.
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (writing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.defaultPrevented) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length > 0 && (event.key === "j" || event.key === "k")) {
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    rows[next].focus();
    return;
  }
  const button = [...document.querySelectorAll("button[data-key]")].find((one) => one.dataset.key === event.key);
  if (!button) return;
  event.preventDefault();
  const field = button.form.querySelector("textarea");
  if (field) field.focus();
  else button.form.requestSubmit(button);
});

// Parts of a page that follow what changes: data-live names the part, data-on what it hangs on. One
// stream tells the names of what changed; the page is then fetched again and its parts put in place.
const parts = () => [...document.querySelectorAll("[data-live]")];
let refreshing = null;
const refresh = (changed) => {
  if (refreshing) {
    refreshing.push(...changed);
    return;
  }
  refreshing = [...changed];
  setTimeout(async () => {
    const topics = new Set(refreshing);
    refreshing = null;
    const wanted = (part) => (part.dataset.on ?? "").split(" ").some((topic) => topics.has(topic));
    if (!parts().some(wanted)) return;
    try {
      const page = await fetchPage(location.href);
      for (const part of parts().filter(wanted)) {
        const there = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
        if (there) replace(part, there);
      }
    } catch {
      // The next change, or loading the page again, shows it.
    }
  }, 1000);
};
const topics = () => parts().flatMap((part) => (part.dataset.on ?? "").split(" "));
let stream = null;
const follow = () => {
  if (stream || document.hidden || parts().length === 0) return;
  stream = new EventSource("/console/events");
  stream.addEventListener("changed", (event) => refresh(event.data.split(" ")));
  // What changed between the page and the stream, or while the stream was away.
  stream.addEventListener("open", () => refresh(topics()));
};
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    // Browsers have few connections to one host: a page that nobody looks at gives its own back.
    stream?.close();
    stream = null;
  } else {
    follow();
    refresh(topics());
  }
});
addEventListener("pagehide", () => stream?.close());
follow();
