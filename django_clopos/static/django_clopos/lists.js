"use strict";
// Names the boxes that Select2 puts in the place of a filter's: nobody who cannot see them would know what they are of.
django.jQuery(() => { // after Django's script, which makes them when the page is ready
  for (const select of document.querySelectorAll(".clopos-filter select.select2-hidden-accessible")) {
    const label = select.labels[0];
    const box = select.nextElementSibling.querySelector("[role=combobox]");
    const chosen = box.querySelector("[role=textbox]");
    label.id = `${select.id}-label`;
    box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    chosen.setAttribute("aria-labelledby", label.id);
    django.jQuery(select).on("select2:open", () => {
      document.querySelector(".select2-container--open .select2-search__field").setAttribute("aria-labelledby", label.id);
    });
  }
});
