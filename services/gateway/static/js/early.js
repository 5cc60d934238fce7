// A form without method and action is sent by a script. Pressed before the scripts are there it would be sent by the
// browser, with what was written in the address; so it waits for them.
(() => {
  const pressed = [];

  function hold(event) {
    const form = event.target;
    if (form.hasAttribute("method") || form.hasAttribute("action")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed.push([form, event.submitter]);
  }

  document.addEventListener("submit", hold, true);
  window.addEventListener("load", () => {
    document.removeEventListener("submit", hold, true);
    for (const [form, submitter] of pressed) if (form.isConnected) form.requestSubmit(submitter);
  });
})();
