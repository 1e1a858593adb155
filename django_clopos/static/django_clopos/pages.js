"use strict";
// A button that prints, shown only where it works.
for (const button of document.querySelectorAll("[data-clopos-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
