// Photos of a record, one at a time over the page: arrows and swipe step, Esc closes. Without scripts the link opens the photo.
(function () {
  "use strict";
  const grid = document.querySelector("[data-viewer]");
  const dialog = document.querySelector("[data-viewer-dialog]");
  if (!grid || !dialog || !dialog.showModal) return;
  const links = Array.from(grid.querySelectorAll("a"));
  const image = document.createElement("img");
  const caption = dialog.querySelector("[data-viewer-caption]");
  let at = 0;

  function show(number) {
    at = (number + links.length) % links.length;
    if (!image.isConnected) dialog.querySelector("[data-viewer-picture]").replaceWith(image);
    image.src = links[at].href;
    image.alt = links[at].querySelector("img").alt;
    caption.textContent = links[at].dataset.caption;
  }

  links.forEach((link, number) => link.addEventListener("click", (event) => {
    event.preventDefault();
    show(number);
    dialog.showModal();
  }));
  dialog.querySelectorAll("[data-viewer-step]").forEach((button) => {
    button.hidden = links.length < 2;
    button.addEventListener("click", () => show(at + Number(button.dataset.viewerStep)));
  });
  dialog.querySelector("[data-viewer-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  let from = null;
  dialog.addEventListener("touchstart", (event) => { from = event.touches[0].clientX; }, { passive: true });
  dialog.addEventListener("touchend", (event) => {
    const moved = event.changedTouches[0].clientX - from;
    if (Math.abs(moved) > 60) show(at + (moved < 0 ? 1 : -1));
  });
  dialog.addEventListener("close", () => links[at].focus());
})();
