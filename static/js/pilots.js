// Printing, and filters that start folded on a phone.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  if (window.matchMedia("(max-width: 767.98px)").matches) {
    document.querySelectorAll("details.fold-filters").forEach((fold) => { fold.open = false; });
  }
})();
