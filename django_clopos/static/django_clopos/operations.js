"use strict";
// Copies commands, and keeps the page of a run up to date until it ends.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copies]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
      button.textContent = button.dataset.said;
    });
  }
  const region = document.getElementById("clopos-progress");
  if (region && region.dataset.over !== "1") follow(region, document.getElementById("clopos-said"));
});

function follow(region, said) {
  const shortest = 2000, longest = 30000;
  let pause = shortest, timer = null, isOver = false;

  const plan = () => {
    if (!isOver && !document.hidden && timer === null) timer = setTimeout(look, pause);
  };
  const show = (news) => {
    region.innerHTML = news.html; // rendered and escaped by the server
    if (said.textContent !== news.said) said.textContent = news.said;
    const withdraw = document.getElementById("clopos-withdraw");
    if (withdraw) withdraw.hidden = !news.is_queued;
    isOver = news.is_over;
    if (isOver) setTimeout(() => location.reload(), 3000); // time to hear it; the rest of the page is old by now
  };
  async function look() {
    try {
      const answer = await fetch(region.dataset.url, { cache: "no-store" });
      if (answer.redirected || [403, 404].includes(answer.status)) { // signed out, or gone
        isOver = true;
        said.textContent = region.dataset.lost;
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.json());
      pause = shortest;
    } catch {
      pause = Math.min(pause * 2, longest);
    }
    timer = null;
    plan();
  }
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    timer = null;
    plan();
  });
  plan();
}
