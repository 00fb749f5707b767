// What pages of the console gain from script. Each of them works without.

const fetchPage = async (url, signal) => {
  const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin", signal });
  if (!answer.ok || answer.redirected) throw new Error(`answered with ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// Copy buttons.
const revealCopies = (root) => {
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
revealCopies(document);

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
      const selector = form.dataset.search;
      const [here, there] = [document.querySelector(selector), page.querySelector(selector)];
      if (!here || !there) return;
      here.replaceWith(there);
      history.replaceState(null, "", url);
      revealCopies(there);
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

// A question that has a page of its own is asked in a dialog.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  try {
    const question = (await fetchPage(link.href)).querySelector("[data-confirmation]");
    if (!question) throw new Error("the page asks nothing");
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", question.getAttribute("aria-labelledby"));
    dialog.append(document.adoptNode(question));
    dialog.addEventListener("click", (inside) => {
      if (inside.target === dialog || inside.target.closest("[data-close]")) {
        inside.preventDefault();
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  } catch {
    location.assign(link.href);
  }
});

// Menus close when one goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
